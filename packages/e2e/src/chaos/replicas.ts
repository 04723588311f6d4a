/** The files of replicas, beside one another. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the records of a topic's replicas differ between SPUs, in sentences; none where they do not. */
export function differences(dataDir: string, topic: string, partitions: number, spus: readonly number[]): string[] {
  const problems: string[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    const name = `${topic}-${partition}`;
    const prints = spus.map((id) => {
      const dir = join(dataDir, `spu-logs-${id}`, name);
      return readdirSync(dir)
        .filter((file) => file.endsWith('.log'))
        .sort()
        .map(
          (file) =>
            `${file} ${createHash('sha256')
              .update(readFileSync(join(dir, file)))
              .digest('hex')}`,
        )
        .join('\n');
    });
    if (prints[0] === '') problems.push(`${name} has no records on SPU ${spus[0]}`);
    for (const [i, print] of prints.entries()) {
      if (print !== prints[0]) problems.push(`${name} differs between SPU ${spus[0]} and ${spus[i]}`);
    }
  }
  return problems;
}
