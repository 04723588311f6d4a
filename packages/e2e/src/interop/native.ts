/** Runs jobs of the native Rust client, and tells its crashes from our failures. */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NativeJob, NativeResult } from './native-job.ts';

const PEER = fileURLToPath(new URL('../../dist/interop/native-peer.js', import.meta.url));
const FOLDERS: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'darwin' };
const JOB_TIMEOUT_MS = 20_000;

/** The binary for this platform, or why there is none. */
export function findNative(): { readonly binary: string } | { readonly missing: string } {
  const folder = FOLDERS[process.platform];
  const glibc = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  const fits =
    process.platform === 'darwin' || (process.arch === 'x64' && glibc?.header?.glibcVersionRuntime !== undefined);
  if (folder === undefined || !fits) {
    return {
      missing: `the native client has no binary for ${process.platform} ${process.arch} (it has linux x64 glibc and macOS)`,
    };
  }
  try {
    const require = createRequire(import.meta.url);
    const root = dirname(require.resolve('@fluvio/client/package.json'));
    const binary = join(root, 'dist', folder, 'index.node');
    return existsSync(binary) ? { binary } : { missing: `${binary} is not in the installed package` };
  } catch {
    return { missing: 'the package @fluvio/client is not installed' };
  }
}

/** How a job ended: with its answer, or with the peer's own crash, which says nothing about us. */
export type NativeOutcome =
  | { readonly kind: 'answer'; readonly result: NativeResult }
  | { readonly kind: 'crash'; readonly how: string };

const CRASHES: ReadonlySet<string> = new Set(['SIGSEGV', 'SIGTRAP', 'SIGABRT', 'SIGBUS', 'SIGILL']);

/** Runs one job in a process of its own. `onStreaming` is called when a consumer's stream is open. */
export function runNative(
  binary: string,
  job: NativeJob,
  onStreaming: () => void = () => {},
  env: Readonly<Record<string, string>> = {},
): Promise<NativeOutcome> {
  return new Promise((resolve, reject) => {
    const child = fork(PEER, [binary, JSON.stringify(job)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ...env },
    });
    let out = '';
    let err = '';
    const timer = setTimeout(() => {
      err += `\nno answer within ${JOB_TIMEOUT_MS} ms`;
      child.kill('SIGKILL');
    }, JOB_TIMEOUT_MS);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('message', onStreaming);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve({ kind: 'answer', result: JSON.parse(out) as NativeResult });
      else if (signal !== null && CRASHES.has(signal)) resolve({ kind: 'crash', how: signal });
      else reject(new Error(`the native client failed at '${job.do}' (${signal ?? `exit ${code}`}): ${err.trim()}`));
    });
  });
}
