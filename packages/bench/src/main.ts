/**
 * `npm run bench`: the codec, messages, compression, bundles, and streaming beside the raw loopback, in one run. Words
 * select parts: `codec`, `messages`, `compression`, `size`, `stream`, `produce`,
 * `consume`, `cluster`.
 */
import { cpus, loadavg, release } from 'node:os';
import { clusterRows } from './cluster/cluster.ts';
import { codecRows } from './codec.ts';
import { compressionRows } from './compression.ts';
import { consumeRows } from './consume/consume.ts';
import { messageRows } from './messages.ts';
import { sizeRows } from './packed/size.ts';
import { produceRows } from './produce/produce.ts';
import { formatRows } from './row.ts';
import { streamRows } from './stream/stream.ts';

const say = (text: string): boolean => process.stderr.write(`  measuring ${text}\n`);

const parts = {
  codec: { title: 'Codec, each case in a process of its own', rows: codecRows },
  messages: {
    title: 'Messages beside code by hand, records beside other formats, each case in a process of its own',
    rows: messageRows,
  },
  compression: {
    title: 'Compression of a megabyte of JSON lines, each case in a process of its own',
    rows: () => compressionRows(),
  },
  size: { title: 'The packages as published: in a bundle (minified, gzip), on a disk, and imported', rows: sizeRows },
  stream: {
    title: 'Streaming: one SPU, one partition, every record acknowledged; client and servers share this machine',
    rows: () => streamRows(say),
  },
  produce: {
    title: 'Producing in every way: one SPU, client and servers share this machine, each case in a process of its own',
    rows: () => produceRows(say),
  },
  cluster: {
    title: 'The embedded cluster; client and servers share this machine',
    rows: () => clusterRows(say),
  },
  consume: {
    title: 'Consuming in every way: one SPU, client and servers share this machine, each case in a process of its own',
    rows: () => consumeRows(say),
  },
} as const;

const words = process.argv.slice(2);
const unknown = words.find((word) => !(word in parts));
if (unknown !== undefined) {
  process.stderr.write(`there is no part '${unknown}': ${Object.keys(parts).join(', ')}\n`);
  process.exitCode = 2;
} else {
  const [load = 0] = loadavg();
  console.log(
    `Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model}, kernel ${release()}, load ${load.toFixed(1)} at start`,
  );
  console.log('Medians, and the tenth and ninetieth percentile of the rounds. Compare within one run only.');
  for (const [name, { title, rows }] of Object.entries(parts)) {
    if (words.length > 0 && !words.includes(name)) continue;
    console.log(`\n${title}\n`);
    console.log(formatRows(await rows()));
  }
}
