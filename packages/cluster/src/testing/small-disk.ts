/** For tests: a file system of its own with little room, where this process may mount one. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A small disk, or why there is none. */
export type SmallDisk = { readonly dir: string; unmount(): void } | { readonly absent: string };

/** Mounts a disk of `kilobytes`. */
export function mountSmallDisk(kilobytes: number): SmallDisk {
  const dir = mkdtempSync(join(tmpdir(), 'fluvio-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', dir], { stdio: 'pipe' });
  } catch (error) {
    rmSync(dir, { recursive: true });
    const [reason] = (error as Error).message.split('\n');
    return { absent: `a small file system cannot be mounted here (it takes root on Linux): ${reason}` };
  }
  return {
    dir,
    unmount() {
      execFileSync('umount', [dir]);
      rmSync(dir, { recursive: true });
    },
  };
}
