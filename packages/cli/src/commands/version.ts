/** `flv version` */
import { arch, platform, release } from 'node:os';
import process from 'node:process';
import { isFluvioError } from '@fluvio-ts/protocol';
import { formatOf, isForPrograms, printValue } from '../output/print.ts';
import type { Cli } from '../session/cli.ts';
import { connectTo } from '../session/connect.ts';
import { findTarget } from '../session/target.ts';
import { ownVersion } from '../session/version.ts';

/** The cluster's version is an extra: nobody waits long for it. */
const CLUSTER_TIMEOUT_MS = 2_000;

interface ClusterVersion {
  readonly version: string | undefined;
  /** The profile that led to it, or why there is no version. */
  readonly note: string;
}

export async function run(_: unknown, cli: Cli): Promise<void> {
  const cluster = await clusterVersion(cli);
  const format = formatOf(cli);
  if (isForPrograms(format)) {
    const { version, note } = cluster;
    await printValue(
      cli,
      {
        version: ownVersion(),
        platformVersion: version ?? null,
        platformNote: note,
        runtime: `node ${process.versions.node}`,
        os: `${platform()} ${release()} ${arch()}`,
      },
      format,
    );
    return;
  }
  const { version = 'not available', note } = cluster;
  const rows = [
    ['flv', ownVersion()],
    ['Fluvio Platform', `${version} (${note})`],
    ['Runtime', `node ${process.versions.node}`],
    ['OS Details', `${platform()} ${release()} ${arch()}`],
  ] as const;
  for (const [title, text] of rows) await cli.out.line(`${cli.out.paint('bold', title.padEnd(16))} : ${text}`);
}

async function clusterVersion(cli: Cli): Promise<ClusterVersion> {
  const timeout = Math.min(cli.globals.timeout ?? CLUSTER_TIMEOUT_MS, CLUSTER_TIMEOUT_MS);
  try {
    const target = await findTarget(cli);
    const client = await connectTo({ ...cli, globals: { ...cli.globals, timeout } }, target);
    try {
      return { version: client.platformVersion, note: target.from };
    } finally {
      await client.close();
    }
  } catch (error) {
    if (!isFluvioError(error) || cli.signal.aborted) throw error;
    return { version: undefined, note: error.message };
  }
}
