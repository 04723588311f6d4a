/** The Python client from the registry: installed into an environment of its own, and a process of it that does jobs. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const VERSION = '0.21.0';
/** Beside what pnpm installs, so that it lives as long and is ignored like that. */
const FOLDER = fileURLToPath(new URL(`../../node_modules/.cache/python-fluvio-${VERSION}`, import.meta.url));
const PEER = fileURLToPath(new URL('./python-peer.py', import.meta.url));
const INSTALL_TIMEOUT_MS = 180_000;
const JOB_TIMEOUT_MS = 60_000;

const execute = promisify(execFile);

/** Offset to start from, and how far behind or before it. */
export type PythonStart = readonly ['beginning' | 'end' | 'absolute', number];

/** What the Python client is asked to do; see python-peer.py. Bytes travel as base64. */
export type PythonJob = {
  readonly endpoint: string;
  readonly tls?: { readonly domain: string; readonly key: string; readonly cert: string; readonly ca: string };
} & (
  | { readonly do: 'list' | 'offsets' }
  | { readonly do: 'create'; readonly topic: string; readonly partitions: number; readonly replication: number }
  | { readonly do: 'delete'; readonly topic: string }
  | { readonly do: 'create module'; readonly name: string; readonly path: string }
  | {
      readonly do: 'produce';
      readonly topic: string;
      readonly records: readonly (readonly [string, string])[];
      readonly compression?: string;
      readonly isolation?: 'read_committed' | 'read_uncommitted';
      readonly timeout?: number;
    }
  | {
      readonly do: 'consume';
      readonly topic: string;
      readonly partition?: number;
      readonly start?: PythonStart;
      readonly count?: number;
      readonly until_end?: boolean;
      readonly consumer?: string;
      readonly strategy?: 'auto' | 'manual';
      readonly commit?: boolean;
    }
  | {
      readonly do: 'transform';
      readonly topic: string;
      readonly start: PythonStart;
      readonly count: number;
      readonly module: {
        readonly name?: string;
        readonly path?: string;
        readonly kind: string;
        readonly params?: Readonly<Record<string, string>>;
      };
    }
  | { readonly do: 'delete offset'; readonly consumer: string; readonly topic: string; readonly partition: number }
);

/** A record as the Python client read it. */
export interface PythonRecord {
  readonly key: string;
  readonly value: string;
  readonly offset: number;
}

/** A process of the Python client. One job at a time. */
export interface PythonPeer {
  /** Does a job. Rejects with what the client raises. `onStreaming` is called when a consumer begins to wait. */
  ask<T>(job: PythonJob, onStreaming?: () => void): Promise<T>;
  stop(): Promise<void>;
}

/** Installs the client where it is not installed yet; says what is missing where it cannot be. */
export async function installPython(): Promise<{ readonly python: string } | { readonly missing: string }> {
  const python = join(FOLDER, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const done = join(FOLDER, 'installed');
  if (existsSync(done)) return { python };
  const run = (program: string, args: readonly string[]) => execute(program, args, { timeout: INSTALL_TIMEOUT_MS });
  try {
    await run('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']);
  } catch {
    return { missing: 'no Python of version 3.9 or newer: install python3' };
  }
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  try {
    await run('python3', ['-m', 'venv', FOLDER]);
  } catch {
    return { missing: 'Python has no venv with pip: install python3-venv' };
  }
  try {
    await run(python, ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', `fluvio==${VERSION}`]);
    await run(python, ['-c', 'import fluvio']);
  } catch {
    return {
      missing: `the package fluvio ${VERSION} cannot be installed by pip here: it needs its registry, or a wheel`,
    };
  }
  writeFileSync(done, `${VERSION}\n`);
  return { python };
}

/** Starts a process of the Python client. `home` keeps it from a profile of the user. */
export function startPython(python: string, home: string): PythonPeer {
  const child = spawn(python, [PEER], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, HOME: home } });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err = (err + text).slice(-4_000);
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  return {
    async ask<T>(job: PythonJob, onStreaming: () => void = () => {}): Promise<T> {
      const timer = setTimeout(() => child.kill('SIGKILL'), JOB_TIMEOUT_MS);
      try {
        child.stdin.write(`${JSON.stringify(job)}\n`);
        for (;;) {
          const { value: line, done } = await lines.next();
          if (done === true) throw new Error(`the Python client ended at '${job.do}': ${err.trim()}`);
          const said = JSON.parse(line) as { event?: string; error?: string; answer?: T };
          if (said.event === 'streaming') onStreaming();
          else if (said.error === undefined) return said.answer as T;
          else throw new Error(`the Python client failed at '${job.do}': ${said.error}`);
        }
      } finally {
        clearTimeout(timer);
      }
    },
    async stop() {
      child.kill('SIGKILL');
      await closed;
    },
  };
}
