/** The system topic in which an SPU keeps how far named consumers are. */

/** Its name, which clients look for. */
export const CONSUMER_OFFSET_TOPIC = 'consumer-offset';

/** Its only partition. */
export const CONSUMER_OFFSET_PARTITION = `${CONSUMER_OFFSET_TOPIC}-0`;
