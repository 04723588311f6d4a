/** Runs other programs for the root scripts: says what it does, passes signals on, and ends as the program ended. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** One plain line about what happens now. Standard output belongs to the program that is run. */
export function say(line) {
  process.stderr.write(`» ${line}\n`);
}

/** A command as a person would type it. */
export function asTyped(command, args) {
  return [command, ...args].map((word) => (/^[\w@%+=:,./\\-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}

const signals = process.platform === 'win32' ? ['SIGINT', 'SIGTERM'] : ['SIGINT', 'SIGTERM', 'SIGHUP'];
let current;
let interruptedBy;

function onSignal(signal) {
  const again = interruptedBy === signal;
  interruptedBy = signal;
  if (current === undefined) process.exit(128 + constants.signals[signal]);
  // A terminal sends Ctrl-C to the whole group, the child included; npm then repeats it to us.
  const sentByTerminal = signal === 'SIGINT' && process.stdin.isTTY;
  if (!again && !sentByTerminal) current.kill(signal);
}

for (const signal of signals) process.on(signal, onSignal);

// npm runs a script through a shell, and a shell that is told to end does not tell its child.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent && interruptedBy === undefined) onSignal('SIGTERM');
}, 250).unref();

/**
 * Runs a program to its end and resolves with its exit code, 128 + n after a signal.
 *
 * `out: 'stderr'` keeps its talk off standard output; `out: 'capture'` resolves with `{ code, text }` instead.
 * After an interrupt this process ends as soon as the program has.
 */
export function run(command, args, { cwd, env, stdin = 'ignore', out = 'stdout', shell = false } = {}) {
  const stdout = out === 'capture' ? 'pipe' : out === 'stderr' ? 2 : 'inherit';
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, shell, stdio: [stdin, stdout, 'inherit'] });
    current = child;
    const chunks = [];
    if (child.stdout !== null) child.stdout.on('data', (chunk) => chunks.push(chunk));
    let failure;
    child.on('error', (error) => {
      failure = error;
      if (child.pid === undefined) finish(127);
    });
    child.on('close', (code, signal) => finish(code === null ? 128 + constants.signals[signal] : code));
    function finish(code) {
      current = undefined;
      if (failure !== undefined) say(`cannot run ${command}: ${failure.message}`);
      if (interruptedBy !== undefined) process.exit(code === 0 ? 128 + constants.signals[interruptedBy] : code);
      resolve(out === 'capture' ? { code, text: Buffer.concat(chunks).toString() } : code);
    }
  });
}
