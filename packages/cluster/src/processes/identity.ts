/**
 * Recognising a process by more than its number, which the system gives to others once it has ended: what is killed or
 * waited for is what was started, or nothing.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process, as it can be written down. */
export interface ProcessMark {
  readonly pid: number;
  /** When the system started it, in the system's own words; undefined where it does not tell. */
  readonly startedAt: string | undefined;
}

/** Marks a process that runs now. */
export function markOf(pid: number): ProcessMark {
  return { pid, startedAt: startOf(pid) };
}

/** Whether the marked process, and not another one with its number, is still there. */
export function isAlive({ pid, startedAt }: ProcessMark): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // It exists and belongs to someone else; then the number has been given away, unless this process has lost its rights.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startOf(pid);
  return now !== 'ended' && (startedAt === undefined || now === undefined || now === startedAt);
}

/**
 * Linux tells when a process was started, in clock ticks since the machine was, and whether only its parent remembers it. With
 * the name of that run of the machine, nothing that was written down before a reboot means a process of after it.
 */
function startOf(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return process.platform === 'linux' || process.platform === 'win32' ? undefined : startByPs(pid);
  }
  // The second field is the program's name in parentheses, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : `${fields[19]}@${runOfMachine()}`;
}

let run: string | undefined;
function runOfMachine(): string {
  try {
    run ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    run = '';
  }
  return run;
}

/** Other Unixes have no files for it, but the same program. */
function startByPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      timeout: 2000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return line.startsWith('Z') ? 'ended' : line.slice(line.indexOf(' ')).trim() || undefined;
  } catch {
    return undefined;
  }
}
