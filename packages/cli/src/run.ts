/** One run of the program: understand the command line, run the command, say what went wrong, and exit when all is said. */
import process from 'node:process';
import { painter, wantsColor } from './output/colors.ts';
import { type DataOut, dataOut } from './output/data-out.ts';
import { type Talk, talk } from './output/talk.ts';
import { asksForJson, colorAskedFor, route, unknownOption } from './parse/route.ts';
import { UsageError } from './parse/usage-error.ts';
import { interruption } from './session/signals.ts';
import type { GroupSpec } from './spec/command.ts';
import type { GlobalValues } from './spec/globals.ts';
import { root } from './spec/table.ts';

/** Runs a command line and ends the process with its exit code. */
export async function runCli(argv: readonly string[]): Promise<never> {
  const stop = interruption();
  let streams: Streams | undefined;
  const opened = (manner: Manner = { color: colorAskedFor(argv), quiet: false, json: asksForJson(argv) }): Streams => {
    streams ??= openStreams(manner);
    return streams;
  };

  const perform = async (): Promise<number> => {
    const { spec, path, wantsHelp, wantsVersion, argv: own } = route(argv, root);
    if (wantsVersion) {
      const { ownVersion } = await import('./session/version.ts');
      await opened().out.line(`flv ${ownVersion()}`);
      return 0;
    }
    if (argv.length === 1 && argv[0] === '--print-tree') {
      const { treeOf } = await import('./parse/tree.ts');
      await opened().out.line(JSON.stringify(treeOf(root), undefined, 2));
      return 0;
    }
    if (wantsHelp || argv.length === 0) {
      const { helpOf } = await import('./parse/help.ts');
      const { out } = opened();
      await out.write(helpOf(spec, path, out));
      return 0;
    }
    if (spec.kind === 'group') throw incomplete(spec, path, own);
    const { parse } = await import('./parse/parse.ts');
    const { args, options, globals } = parse(spec, path, own);
    const { run } = await spec.load();
    const code = await run({ args, options }, { globals, ...opened(globals), env: process.env, signal: stop.signal });
    return code ?? 0;
  };

  const report = async (error: unknown): Promise<number> => {
    const { out, talk } = opened();
    // A reader that has gone wants no more, an error about it included; one who interrupts knows what has happened.
    if (out.gone.aborted) return 0;
    if (stop.code !== undefined && isAbort(error, stop.signal.reason)) return stop.code;
    const { reportError } = await import('./errors/report.ts');
    return reportError(error, talk, asksForJson(argv));
  };

  let code: number;
  try {
    code = await perform();
    const { out } = opened();
    await out.drained();
    if (out.failure !== undefined) throw out.failure;
  } catch (error) {
    code = await report(error);
  }
  streams?.talk.clear();
  await streams?.talk.drained();
  // Everything is written, so nothing is cut off; and what still keeps the process alive, such as standard input, must not.
  process.exit(stop.code ?? code);
}

type Manner = Pick<GlobalValues, 'color' | 'quiet' | 'json'>;

interface Streams {
  readonly out: DataOut;
  readonly talk: Talk;
}

function openStreams({ color, quiet, json }: Manner): Streams {
  const { stdout, stderr, stdin, env } = process;
  const colors = (stream: { readonly isTTY?: boolean }): boolean =>
    wantsColor({ when: color, isTTY: stream.isTTY === true, env });
  return {
    out: dataOut(stdout, colors(stdout)),
    talk: talk({
      stream: stderr,
      input: stdin,
      paint: painter(colors(stderr)),
      quiet,
      json,
      animated: stderr.isTTY === true && env.TERM !== 'dumb',
    }),
  };
}

function incomplete(spec: GroupSpec, path: readonly string[], options: readonly string[]): UsageError {
  const name = path.join(' ');
  const unknown = unknownOption(options);
  if (unknown !== undefined) return new UsageError(`unknown option '${unknown}'`, `see ${name} --help`);
  const names = spec.commands.filter(({ hidden }) => hidden !== true).map((each) => each.name);
  return new UsageError(`'${name}' needs a command: ${names.join(', ')}`, `see ${name} --help`);
}

/** Whether an error says no more than that the user has interrupted. */
function isAbort(error: unknown, reason: unknown): boolean {
  if (error === reason) return true;
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || ('code' in error && error.code === 'request/aborted') || error.cause === reason;
}
