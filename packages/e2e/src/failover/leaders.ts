/** Who leads a topic, as the controller tells it. */
import { admin } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';

/** Leaders by partition. */
export async function leadersOf(client: Client, topic: string): Promise<number[]> {
  const partitions = await admin(client).partitions.list({ topic });
  const numberOf = (name: string): number => Number(name.slice(topic.length + 1));
  return partitions.sort((a, b) => numberOf(a.name) - numberOf(b.name)).map(({ spec }) => spec.leader);
}

/** The leader of the first partition. */
export const leaderOf = async (client: Client, topic: string): Promise<number> =>
  (await leadersOf(client, topic))[0] ?? 0;
