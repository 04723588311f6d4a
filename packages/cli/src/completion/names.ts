/** Names that only the machine or the cluster knows, for completion: quickly or not at all. */
import process from 'node:process';
import type { Completion } from '../spec/command.ts';

/** How long the cluster has to answer, once this program has loaded what it asks it with. */
const BUDGET_MS = 200;

/** Names of topics, SmartModules or profiles; none where they cannot be had in time. Never rejects. */
export async function namesOf(kind: Completion, given: readonly string[]): Promise<readonly string[]> {
  try {
    if (kind === 'profile') return await profileNames();
    return kind === 'topic' || kind === 'smartmodule' ? await objectNames(kind, given) : [];
  } catch {
    // Whoever presses the tabulator does not want to read about errors.
    return [];
  }
}

async function profileNames(): Promise<readonly string[]> {
  const { openProfiles } = await import('@fluvio-ts/profiles');
  const { config } = await openProfiles();
  return [...config.profiles.keys()].sort();
}

async function objectNames(kind: 'topic' | 'smartmodule', given: readonly string[]): Promise<readonly string[]> {
  const [{ admin }, { connectTo }, { parse }, { commandAt, route }, { root }] = await Promise.all([
    import('@fluvio-ts/admin'),
    import('../session/connect.ts'),
    import('../parse/parse.ts'),
    import('../parse/route.ts'),
    import('../spec/table.ts'),
  ]);
  const list = commandAt(root, ['topic', 'list']);
  if (list === undefined) return [];
  const { path, argv } = route(['topic', 'list', ...given], root);
  const { globals } = parse(list, path, argv);
  const signal = AbortSignal.timeout(BUDGET_MS);
  const client = await connectTo({ globals, env: process.env, signal });
  const { topics, smartModules } = admin(client);
  const found = kind === 'topic' ? await topics.list({ signal }) : await smartModules.list({ signal });
  return found.map(({ name }) => name);
}
