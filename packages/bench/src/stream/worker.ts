/** Measures one case of the streaming benchmark in a process of its own, and sends the samples to the parent. */
import type { Job, Samples } from './job.ts';
import { native } from './native.ts';
import { ours } from './ours.ts';
import { rawDownload, rawRoundTrip, rawUpload } from './raw.ts';

const measure = (job: Job): Promise<Samples> => {
  switch (job.do) {
    case 'raw upload':
      return rawUpload(job.port, job.writeBytes);
    case 'raw download':
      return rawDownload(job.port);
    case 'raw round trip':
      return rawRoundTrip(job.port, job.sizeBytes);
    case 'send':
      return (job.client === 'ours' ? ours : native).send(job.endpoint, job.topic, job.sizeBytes);
    case 'produce':
    case 'consume': {
      const { endpoint, topic, sizeBytes, records } = job;
      return (job.client === 'ours' ? ours : native)[job.do](endpoint, topic, sizeBytes, records);
    }
  }
};

const samples = await measure(JSON.parse(process.argv[2] ?? '') as Job);
// The native binding keeps its process alive, so it ends here, once the answer is out.
process.send?.(samples, undefined, undefined, () => process.exit());
