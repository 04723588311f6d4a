/** Runs cases of the streaming benchmark, each in a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Job, Samples } from './job.ts';

const program = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** Measures one case. */
export async function runJob(job: Job): Promise<Samples> {
  const child = fork(program('worker'), [JSON.stringify(job)]);
  const [samples] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (!Array.isArray(samples)) throw new Error(`'${job.do}' ended without a result`);
  return samples as Samples;
}

/** Starts the other side of the raw loopback for as long as `use` takes, which is given its port. */
export async function withRawPeer<T>(use: (port: number) => Promise<T>): Promise<T> {
  const peer = fork(program('raw-peer'));
  try {
    const [port] = (await once(peer, 'message')) as [number];
    return await use(port);
  } finally {
    peer.disconnect();
  }
}
