/** Starts the thread that tells the SC that an SPU process lives. */
import { Worker } from 'node:worker_threads';
import type { Address } from '@fluvio-ts/protocol';
import { encodeRequest } from '@fluvio-ts/protocol';
import { Heartbeat } from '../../private/messages.ts';

/** What the thread is given. */
export interface HeartbeatTask extends Address {
  readonly intervalMs: number;
  /** A request whose last four bytes are the count of the main loop. */
  readonly frame: Uint8Array;
  /** Where the main loop counts. */
  readonly counter: SharedArrayBuffer;
}

/** What it needs. */
export interface HeartbeatOptions {
  readonly spuId: number;
  readonly sc: Address;
  readonly heartbeatMs: number;
}

/** Starts it. Returns how to stop. */
export function startHeartbeats({ spuId, sc, heartbeatMs }: HeartbeatOptions): () => Promise<void> {
  const counter = new SharedArrayBuffer(4);
  const loops = new Uint32Array(counter);
  const frame = encodeRequest(Heartbeat, Heartbeat.max, 1, `spu-${spuId}`, { spuId, loops: 0 });
  const task: HeartbeatTask = { ...sc, intervalMs: heartbeatMs, frame, counter };
  const worker = new Worker(new URL('./main.js', import.meta.url), {
    workerData: task,
    // Not those of the process, some of which threads refuse.
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 16, stackSizeMb: 1 },
  });
  // Without it the reports of the main loop go on saying that the process lives.
  worker.on('error', () => {});
  worker.unref();
  const counting = setInterval(() => Atomics.add(loops, 0, 1), heartbeatMs);
  counting.unref();
  return async () => {
    clearInterval(counting);
    await worker.terminate();
  };
}
