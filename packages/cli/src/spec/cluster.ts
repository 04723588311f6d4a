/** `flv cluster …`: the embedded cluster of this machine, and what any cluster is made of. */

import { hostPort } from '../values/host-port.ts';
import { integer } from '../values/integer.ts';
import { securityOptions } from './cluster-security.ts';
import { command, flag, group, type Input, text, value, valueOr, values } from './command.ts';
import { spuGroup } from './spu-group.ts';

const dataDir = value(
  '--data-dir <folder>',
  'folder of the cluster (default ~/.fluvio/embedded; FLUVIO_DIR replaces ~/.fluvio)',
  text,
  { completes: 'directory' },
);

const startOptions = {
  local: flag('--local', 'run on this machine, as is the default', { hidden: true }),
  spu: valueOr('--spu <n>', 'number of SPUs', integer(1, 100), 1, { aliases: ['--spus'] }),
  dataDir,
  scPubAddr: value('--sc-pub-addr <host:port>', 'address for clients (default 127.0.0.1:9003; port 0: any)', hostPort),
  scPrivAddr: value('--sc-priv-addr <host:port>', 'address for SPUs (default 127.0.0.1:9004; port 0: any)', hostPort),
  spuPort: values(
    '--spu-port <n>',
    'port of each SPU in turn, repeated (default 9010, 9020, …; 0: any)',
    integer(0, 65_535),
  ),
  anyPort: flag('--any-port', 'take free ports instead of the usual ones'),
  ...securityOptions,
  skipProfileCreation: flag('--skip-profile-creation', 'write no profile'),
  profile: value('-P, --profile <name>', "profile to write (default 'local')", text),
} as const;
/** Values of the options of `flv cluster start`. */
export type ClusterStart = Input<Record<never, never>, typeof startOptions>;

const whichOptions = { dataDir } as const;
export type ClusterStatus = Input<Record<never, never>, typeof whichOptions>;
export type ClusterShutdown = Input<Record<never, never>, typeof whichOptions>;

const deleteOptions = { dataDir, force: flag('-f, --force', 'do not ask') } as const;
export type ClusterDelete = Input<Record<never, never>, typeof deleteOptions>;

export const cluster = group({
  name: 'cluster',
  summary: 'start, inspect and stop a cluster on this machine',
  commands: [
    command({
      name: 'start',
      summary: 'start an embedded cluster: one process for its controller and one for each SPU',
      details:
        "For development and tests. It goes on when this command has ended, keeps its data until it is deleted, and starts again where it stopped. The profile 'local' leads to it and becomes the current one.",
      examples: [
        ['flv cluster start', 'one SPU'],
        ['flv cluster start --spu 3', 'three'],
        ['flv cluster start --tls', 'encrypted; the profile has the certificates'],
        ['flv cluster start --tls --authorization-policy policy.json', 'with rights by roles'],
        ['flv cluster start --data-dir ./second --any-port -P second', 'a second one, beside the first'],
      ],
      args: {},
      options: startOptions,
      local: true,
      load: () => import('../commands/cluster-start.ts'),
    }),
    command({
      name: 'status',
      summary: 'show whether the cluster is healthy; the exit code says it, too',
      examples: [['flv cluster status', 'processes, SPUs, partitions']],
      args: {},
      options: whichOptions,
      load: () => import('../commands/cluster-status.ts'),
    }),
    command({
      name: 'shutdown',
      aliases: ['stop'],
      summary: 'stop the embedded cluster; its data stays',
      examples: [['flv cluster shutdown', 'flv cluster start continues it']],
      args: {},
      options: whichOptions,
      local: true,
      load: () => import('../commands/cluster-shutdown.ts'),
    }),
    command({
      name: 'delete',
      summary: 'stop the embedded cluster and delete its data',
      examples: [
        ['flv cluster delete', 'asks first'],
        ['flv cluster delete --force', 'does not'],
      ],
      args: {},
      options: deleteOptions,
      local: true,
      load: () => import('../commands/cluster-delete.ts'),
    }),
    group({
      name: 'spu',
      summary: 'list SPUs',
      commands: [
        command({
          name: 'list',
          aliases: ['ls'],
          summary: 'list the SPUs of a cluster',
          examples: [['flv cluster spu list', 'where they listen and whether they are there']],
          args: {},
          options: { custom: flag('--custom', 'only those that an operator registered') },
          load: () => import('../commands/spu-list.ts'),
        }),
      ],
    }),
    spuGroup,
  ],
});
export type SpuList = Input<Record<never, never>, { readonly custom: ReturnType<typeof flag> }>;
