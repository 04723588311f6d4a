/** Deletes build output whose source is gone, so that a removed module neither hides a broken import nor gets published. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, workspaceFolders } from './bootstrap.mjs';

const emitted = /\.(d\.ts|js)(\.map)?$/;

export function pruneDist() {
  for (const folder of workspaceFolders()) {
    const dist = join(root, folder, 'dist');
    if (!existsSync(dist)) continue;
    for (const file of readdirSync(dist, { recursive: true })) {
      if (!emitted.test(file)) continue;
      const source = join(root, folder, 'src', file.replace(emitted, ''));
      if (!existsSync(`${source}.ts`)) rmSync(join(dist, file));
    }
  }
}
