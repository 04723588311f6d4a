/** Producers under chaos: many keys at once, each record sent when the one before it of the same key may still be on its way. */
import type { Client } from '@fluvio-ts/client';
import type { History } from './history.ts';

/** Keys of one producer. */
const KEYS = 8;
/** Records of one key that are on their way together. */
const TOGETHER = 10;
/** A pause between two rounds of a key, so that a long run measures faults and not the disk. */
const PACE_MS = 20;

/** Sends until there is peace, and waits for everything that was sent. A hasty one is content with the leader's own word. */
export async function produce(
  client: Client,
  topic: string,
  name: string,
  history: History,
  peace: AbortSignal,
  isHasty = false,
): Promise<void> {
  const producer = await client.producer(topic, {
    isolation: isHasty ? 'read_uncommitted' : 'read_committed',
    ackTimeoutMs: 5_000,
    deliveryTimeoutMs: 60_000,
  });
  const worker = async (key: string): Promise<void> => {
    while (!peace.aborted) {
      const batch = Array.from({ length: TOGETHER }, async () => {
        const { value, settle } = history.send(key, isHasty);
        await producer.send({ key, value }).then(settle, () => settle('rejected'));
      });
      await Promise.all(batch);
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
  };
  await Promise.all(Array.from({ length: KEYS }, (_, i) => worker(`${name}${i}`)));
  await producer.close();
}
