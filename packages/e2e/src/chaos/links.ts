/** The connections between the processes of a cluster, to be cut and stalled alone, without those of its clients. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The other end of a link that an SPU has dialled: its SC, or the SPUs that it follows. */
export type LinkEnd = 'sc' | 'peers';

/** See the file's head. Processes that are launched while it exists can be told. */
export interface Links {
  /** Cuts them, in the middle of a frame if one is on its way. Resolves with how many there were. */
  cut(pid: number, end: LinkEnd): Promise<number>;
  /** Lets nothing through for a while. Resolves with how many there are. */
  stall(pid: number, end: LinkEnd, forMs: number): Promise<number>;
  release(): void;
}

const HOOK = new URL('../../dist/chaos/link-hook.js', import.meta.url).href;

/** Sees to it that processes launched from now on have the hook. */
export function hookLinks(): Links {
  const directory = mkdtempSync(join(tmpdir(), 'fluvio-links-'));
  const before = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = `${before ?? ''} --import=${HOOK}`.trim();
  process.env.FLUVIO_CHAOS_LINKS = directory;

  /** A process that is frozen or gone does not answer, and its links are as good as cut. */
  const tell = (pid: number, line: string): Promise<number> =>
    new Promise((resolve) => {
      const control = connect(join(directory, `${pid}.sock`), () => control.write(`${line}\n`));
      control.setEncoding('utf8').setTimeout(500, () => control.destroy());
      control.on('data', (answer) => resolve(Number(answer)));
      control.on('error', () => resolve(0));
      control.on('close', () => resolve(0));
    });

  return {
    cut: (pid, end) => tell(pid, `cut ${end}`),
    stall: (pid, end, forMs) => tell(pid, `stall ${end} ${forMs}`),
    release() {
      if (before === undefined) delete process.env.NODE_OPTIONS;
      else process.env.NODE_OPTIONS = before;
      delete process.env.FLUVIO_CHAOS_LINKS;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
