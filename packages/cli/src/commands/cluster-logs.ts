/** `flv cluster logs` */
import { setTimeout as pause } from 'node:timers/promises';
import type { MemberStatus } from '@fluvio-ts/cluster';
import { cliError } from '../errors/errors.ts';
import type { Cli } from '../session/cli.ts';
import { dataDirOf } from '../session/data-dir.ts';
import { requireEmbedded } from '../session/embedded.ts';
import { type LogReader, logReader } from '../session/log-reader.ts';
import type { ClusterLogs } from '../spec/cluster.ts';

/** How often files are looked at for more. */
const LOOK_MS = 200;

export async function run({ options }: ClusterLogs, cli: Cli): Promise<void> {
  const { out, signal } = cli;
  const dataDir = dataDirOf(options.dataDir, cli.env);
  const members = chosen(requireEmbedded(dataDir).members, options);
  const width = Math.max(...members.map(({ name }) => name.length));
  const readers: { readonly name: string; readonly reader: LogReader }[] = members.flatMap(({ name, logFile }) =>
    logFile === undefined ? [] : [{ name, reader: logReader(logFile) }],
  );
  const print = async (name: string, lines: readonly string[]): Promise<void> => {
    // One process alone needs no name in front of its lines.
    const head = readers.length === 1 ? '' : `${out.paint('dim', name.padEnd(width))} `;
    for (const line of lines) await out.line(`${head}${line}`);
  };
  const first = readers.map(({ name, reader }) => ({ name, lines: lastOf(reader.read(), options.tail) }));
  // Lines begin with their time, so what happened at once stands together.
  if (options.follow || first.length === 1) for (const { name, lines } of first) await print(name, lines);
  else {
    const all = first.flatMap(({ name, lines }) => lines.map((line) => ({ name, line })));
    for (const { name, line } of merged(all)) await print(name, [line]);
  }
  while (options.follow && !signal.aborted && !out.gone.aborted) {
    await pause(LOOK_MS, undefined, { signal: AbortSignal.any([signal, out.gone]) }).catch(() => {});
    for (const { name, reader } of readers) await print(name, reader.read());
  }
}

/** In the order of time; a line without one belongs to the line before it. */
function merged<T extends { readonly line: string }>(all: readonly T[]): readonly T[] {
  let at = '';
  const timed = all.map((each) => {
    at = /^\d{4}-\d\d-\d\dT\S+Z /.exec(each.line)?.[0] ?? at;
    return { each, at };
  });
  return timed.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).map(({ each }) => each);
}

const lastOf = (lines: readonly string[], count: number | undefined): readonly string[] =>
  count === undefined ? lines : count === 0 ? [] : lines.slice(-count);

function chosen(
  members: readonly MemberStatus[],
  { spu, sc }: Pick<ClusterLogs['options'], 'spu' | 'sc'>,
): readonly MemberStatus[] {
  if (spu.length === 0 && !sc) return members;
  const names = [...(sc ? ['sc'] : []), ...spu.map((id) => `spu-${id}`)];
  return names.map((name) => {
    const member = members.find((each) => each.name === name);
    if (member === undefined) throw cliError('cluster/unknown-member', { name });
    return member;
  });
}
