/** Runs the built program in a home of its own, as a user would. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The program. */
export const MAIN: string = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** What a run is given. */
export interface RunOptions {
  /** Standard input; without it there is none. A function writes as it likes and ends it. */
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which it hangs, as far as a test is concerned. */
  readonly limitMs?: number;
}

/** What came of a run. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Buffer;
  readonly tookMs: number;
}

/** A program that runs. */
export interface Running {
  readonly pid: number;
  readonly done: Promise<Run>;
  /** Resolves when stdout and stderr together contain a text; rejects when the program ends without. */
  says(text: string): Promise<void>;
  /** What it has written to stdout so far. */
  text(): string;
  /** Writes to its stdin; resolves when the system has taken all of it. */
  write(text: string | Uint8Array): Promise<void>;
  endInput(): void;
  kill(signal: NodeJS.Signals): void;
}

/** A user's home. */
export interface Home extends Disposable {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command to its end. */
  flv(args: readonly string[], options?: RunOptions): Promise<Run>;
  /** Starts a command whose input stays open. */
  start(args: readonly string[], options?: Omit<RunOptions, 'input'>): Running;
  /** A path in the home. */
  file(name: string): string;
}

const LIMIT_MS = 25_000;

/** Makes a temporary home. */
export function openHome(): Home {
  const path = mkdtempSync(join(tmpdir(), 'flv-home-'));
  const env = { PATH: process.env.PATH ?? '', HOME: path, USERPROFILE: path };
  const launch = (args: readonly string[], options: RunOptions, keepInput: boolean): Running => {
    const began = performance.now();
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...env, ...options.env },
      cwd: path,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const listeners = new Set<() => void>();
    const take = (list: Buffer[]) => (chunk: Buffer) => {
      list.push(chunk);
      for (const each of [...listeners]) each();
    };
    child.stdout.on('data', take(out));
    child.stderr.on('data', take(err));
    // A program that needs no input may have ended before it got any.
    child.stdin.on('error', () => {});
    if (options.input !== undefined) child.stdin.end(options.input);
    else if (!keepInput) child.stdin.end();
    const text = (list: readonly Buffer[]): string => Buffer.concat(list).toString('utf8');
    let over = false;
    const done = new Promise<Run>((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`flv ${args.join(' ')} hangs; stdout: ${text(out)}; stderr: ${text(err)}`));
      }, options.limitMs ?? LIMIT_MS);
      child.once('error', reject);
      child.once('close', (code) => {
        over = true;
        clearTimeout(timer);
        const tookMs = performance.now() - began;
        resolve({ code, stdout: text(out), stderr: text(err), bytes: Buffer.concat(out), tookMs });
        for (const each of [...listeners]) each();
      });
    });
    done.catch(() => {});
    return {
      pid: child.pid ?? 0,
      done,
      says: (wanted) =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            const said = `${text(out)}${text(err)}`.includes(wanted);
            if (!said && !over) return;
            listeners.delete(look);
            if (said) resolve();
            else reject(new Error(`it ended without '${wanted}': ${text(out)}${text(err)}`));
          };
          listeners.add(look);
          look();
        }),
      text: () => text(out),
      write: (more) => new Promise((resolve) => void child.stdin.write(more, () => resolve())),
      endInput: () => void child.stdin.end(),
      kill: (signal) => void child.kill(signal),
    };
  };
  return {
    path,
    env,
    flv: (args, options = {}) => launch(args, options, false).done,
    start: (args, options = {}) => launch(args, options, true),
    file: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** A home with a cluster that its profile `local` leads to. */
export interface ClusterHome extends Home, AsyncDisposable {
  /** Address of the cluster. */
  readonly endpoint: string;
}

/** Starts a cluster in a home of its own. */
export async function openClusterHome(...options: readonly string[]): Promise<ClusterHome> {
  const home = openHome();
  const started = await home.flv(['cluster', 'start', '--any-port', '--json', ...options]);
  if (started.code !== 0) throw new Error(`no cluster: ${started.stderr}`);
  const { endpoint } = JSON.parse(started.stdout) as { readonly endpoint: string };
  return {
    ...home,
    endpoint,
    async [Symbol.asyncDispose]() {
      await home.flv(['cluster', 'delete', '--yes']);
      home[Symbol.dispose]();
    },
  };
}

/** The one JSON object on a program's stderr. */
export function errorOf({ stderr }: Run): {
  readonly code: string;
  readonly exitCode: number;
  readonly message: string;
  readonly hint: string | null;
} {
  return (JSON.parse(stderr) as { readonly error: ReturnType<typeof errorOf> }).error;
}
