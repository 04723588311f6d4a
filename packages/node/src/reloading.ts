/**
 * A transport whose certificate files may be replaced while the program runs. They are looked at before each dial, so that there
 * is no watcher to stop; connections that stand go on.
 */
import { readFile, stat } from 'node:fs/promises';
import type { TcpOptions, TlsOptions } from '@fluvio-ts/adapter-tcp';
import { tcp } from '@fluvio-ts/adapter-tcp';
import type { Transport } from '@fluvio-ts/protocol';
import { nodeError } from './errors.ts';
import type { TlsFile, TlsSources } from './tls-settings.ts';

/** Hears of files that were read again, or could not be. */
export type OnReload = (problem: Error | undefined) => void;

/** What is in use. */
interface Loaded {
  readonly signature: string;
  readonly transport: Transport;
}

/**
 * Reads the files, and again whenever they have changed. New files that cannot be used (one of a pair is replaced before the
 * other, say) are told to `onReload`, and the old ones are used until they can.
 *
 * @throws `tls/file`, `tls/options`
 */
export async function reloadingTransport(
  { values, files }: TlsSources,
  options: Omit<TcpOptions, 'tls'>,
  onReload: OnReload = () => {},
): Promise<Transport> {
  const load = async (): Promise<Transport> => {
    const read = await Promise.all(files.map(readPem));
    const contents = Object.fromEntries(files.map(({ option }, i) => [option, read[i]]));
    const tls: TlsOptions = { ...values, ...contents };
    return tcp({ ...options, tls });
  };

  let current: Loaded = { signature: await signatureOf(files), transport: await load() };
  /** The last signature that could not be used, so that it is told once. */
  let refused = '';
  let looking: Promise<void> | undefined;

  const look = async (): Promise<void> => {
    const signature = await signatureOf(files);
    if (signature === current.signature || signature === refused) return;
    try {
      current = { signature, transport: await load() };
      refused = '';
      onReload(undefined);
    } catch (error) {
      refused = signature;
      onReload(error instanceof Error ? error : new Error(String(error)));
    }
  };

  return {
    async connect(to, connectOptions) {
      looking ??= look().finally(() => {
        looking = undefined;
      });
      await looking;
      return current.transport.connect(to, connectOptions);
    },
  };
}

/** What tells one version of the files from another. A file that is not there is a version, too. */
async function signatureOf(files: readonly TlsFile[]): Promise<string> {
  const marks = await Promise.all(
    files.map(async ({ path }) => {
      try {
        const { mtimeMs, size, ino } = await stat(path);
        return `${mtimeMs} ${size} ${ino}`;
      } catch {
        return 'none';
      }
    }),
  );
  return marks.join(', ');
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
};

async function readPem({ option, path }: TlsFile): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw nodeError('tls/file', { option: `${option}Path`, path, reason: REASONS[code] ?? message }, error);
  }
}
