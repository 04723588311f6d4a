/** A program that uses `@fluvio-ts/client` as its readers do. It is compiled by every TypeScript that we support. */
import type {
  Client,
  ClientCodes,
  Consumer,
  ConsumerBatch,
  ConsumerRecord,
  Producer,
  SendResult,
} from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import type { Transport } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import type { Same } from './same.ts';
import { holds } from './same.ts';

/** Sends and reads. */
export async function program(transport: Transport, signal: AbortSignal): Promise<void> {
  const client: Client = await connect({ endpoint: 'localhost:9003', transport, signal });
  const producer: Producer = await client.producer('topic');
  const sent: SendResult = await producer.send({ key: 'k', value: new Uint8Array(1) });
  holds<Same<typeof sent.offset, bigint>>();
  // @ts-expect-error a record has a value
  await producer.send({ key: 'k' });

  const consumer: Consumer = client.consumer('topic', { start: 'beginning', until: 'end', signal });
  for await (const record of consumer) {
    holds<Same<typeof record, ConsumerRecord>>();
    holds<Same<typeof record.value, Uint8Array>>();
    holds<Same<typeof record.key, Uint8Array | null>>();
  }
  for await (const batch of consumer.batches()) holds<Same<typeof batch, ConsumerBatch>>();
  // @ts-expect-error there is no such start
  client.consumer('topic', { start: 'middle' });
  await client.close({ timeoutMs: 1000 });
}

/** Codes of the client are known by name. */
export function reason(error: unknown): string {
  const code: keyof ClientCodes = 'topic/not-found';
  return isFluvioError(error, code) ? error.message : '';
}
