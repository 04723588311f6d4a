/** Measures one case of the consumer's benchmark in a process of its own, and sends what came of it to the parent. */
import { fill, first, heap, latency, paused, read } from './cases.ts';
import type { ConsumeJob, Measured } from './job.ts';

const measure = (job: ConsumeJob): Promise<Measured> => {
  switch (job.do) {
    case 'fill':
      return fill(job);
    case 'read':
      return read(job);
    case 'latency':
      return latency(job);
    case 'first':
      return first(job);
    case 'heap':
      return heap(job);
    case 'paused':
      return paused(job);
  }
};

const measured = await measure(JSON.parse(process.argv[2] ?? '') as ConsumeJob);
process.send?.(measured, undefined, undefined, () => process.exit());
