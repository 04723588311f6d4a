/** Measures one case of the producer's benchmark in a process of its own, and sends what came of it to the parent. */
import { heap, rate, trip } from './cases.ts';
import type { Measured, ProduceJob } from './job.ts';

const measure = (job: ProduceJob): Promise<Measured> => {
  switch (job.do) {
    case 'rate':
      return rate(job);
    case 'trip':
      return trip(job);
    case 'heap':
      return heap(job);
  }
};

const measured = await measure(JSON.parse(process.argv[2] ?? '') as ProduceJob);
process.send?.(measured, undefined, undefined, () => process.exit());
