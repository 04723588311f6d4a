/** `flv cluster …`: the embedded cluster of this machine, and what any cluster is made of. */

import { hostPort } from '../values/host-port.ts';
import { integer } from '../values/integer.ts';
import { securityOptions } from './cluster-security.ts';
import { command, flag, group, type Input, required, text, value, valueOr, values } from './command.ts';
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
  foreground: flag('--foreground', 'stay here and end the cluster with this command, by Ctrl-C say'),
  skipProfileCreation: flag('--skip-profile-creation', 'write no profile'),
  profile: value('-P, --profile <name>', "profile to write (default 'local')", text),
} as const;
/** Values of the options of `flv cluster start`. */
export type ClusterStart = Input<Record<never, never>, typeof startOptions>;

const resumeOptions = {
  dataDir,
  anyPort: flag('--any-port', 'take other ports where those that it had are taken by now'),
} as const;
export type ClusterResume = Input<Record<never, never>, typeof resumeOptions>;

const logsOptions = {
  dataDir,
  follow: flag('-f, --follow', 'go on with what is written from now on'),
  spu: values('--spu <id>', 'only of this SPU, repeated', integer(0, 0x7fff_ffff)),
  sc: flag('--sc', 'only of the controller'),
  tail: value('-n, --tail <lines>', 'only the last lines of each process', integer(0, 1_000_000)),
} as const;
export type ClusterLogs = Input<Record<never, never>, typeof logsOptions>;

const registerOptions = {
  id: value('-i, --id <id>', 'number of the SPU', integer(0, 0x7fff_ffff)),
  publicServer: value('-p, --public-server <host:port>', 'address for clients', hostPort),
  privateServer: value('-v, --private-server <host:port>', 'address for the other servers', hostPort),
  name: value('-n, --name <name>', "name (default 'custom-spu-<id>')", text),
  rack: value('-r, --rack <name>', 'where it stands', text),
  publicServerLocal: value(
    '-l, --public-server-local <host:port>',
    "address inside of the cluster's network",
    hostPort,
  ),
} as const;
export type SpuRegister = Input<Record<never, never>, typeof registerOptions>;

const unregisterOptions = {
  id: value('-i, --id <id>', 'number of the SPU', integer(0, 0x7fff_ffff), { conflicts: ['name'] }),
  name: value('-n, --name <name>', 'its name', text),
} as const;
export type SpuUnregister = Input<Record<never, never>, typeof unregisterOptions>;

const killArgs = { spu: required('number of the SPU, or sc for the controller') } as const;
const killOptions = { dataDir } as const;
export type SpuKill = Input<typeof killArgs, typeof killOptions>;

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
        "For development, tests and demonstrations on one machine. It goes on when this command has ended, keeps its data until it is deleted, and starts again where it stopped. The profile 'local' leads to it and becomes the current one. It ends where one machine does: production is a real Fluvio cluster (containers, Kubernetes, or bare processes), and what changes in your programs is the profile. See 'Growing out of it' in the guides.",
      examples: [
        ['flv cluster start', 'one SPU'],
        ['flv cluster start --spu 3', 'three'],
        ['flv cluster start --tls', 'encrypted; the profile has the certificates'],
        ['flv cluster start --tls --authorization-policy policy.json', 'with rights by roles'],
        ['flv cluster start --foreground', 'until Ctrl-C'],
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
      examples: [['flv cluster shutdown', 'flv cluster resume continues it']],
      args: {},
      options: whichOptions,
      local: true,
      load: () => import('../commands/cluster-shutdown.ts'),
    }),
    command({
      name: 'resume',
      summary: 'start what has ended of the embedded cluster, as it was: after a shutdown, a crash or a reboot',
      examples: [['flv cluster resume', 'the same SPUs, ports and data']],
      args: {},
      options: resumeOptions,
      local: true,
      load: () => import('../commands/cluster-resume.ts'),
    }),
    command({
      name: 'logs',
      summary: 'print what the processes of the embedded cluster have written',
      examples: [
        ['flv cluster logs -n 20', 'the last lines of each'],
        ['flv cluster logs --follow --spu 5001', 'of one SPU, as it writes'],
      ],
      args: {},
      options: logsOptions,
      local: true,
      load: () => import('../commands/cluster-logs.ts'),
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
      summary: 'list, register, unregister and kill SPUs',
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
        command({
          name: 'register',
          summary: 'tell the controller of an SPU, which it then waits for',
          examples: [['flv cluster spu register -i 5009 -p 127.0.0.1:9190 -v 127.0.0.1:9191', '']],
          args: {},
          options: registerOptions,
          reserves: ['n', 'r', 'l', 'v', 'p', 'i'],
          load: () => import('../commands/spu-register.ts'),
        }),
        command({
          name: 'unregister',
          summary: 'take an SPU out of the cluster',
          examples: [['flv cluster spu unregister -i 5009', '']],
          args: {},
          options: unregisterOptions,
          load: () => import('../commands/spu-unregister.ts'),
        }),
        command({
          name: 'kill',
          summary: 'kill an SPU of the embedded cluster, by SIGKILL, to see what happens',
          examples: [
            ['flv cluster spu kill 5001', 'flv cluster resume starts it again'],
            ['flv cluster spu kill sc', 'the controller'],
          ],
          args: killArgs,
          options: killOptions,
          local: true,
          load: () => import('../commands/spu-kill.ts'),
        }),
      ],
    }),
    spuGroup,
  ],
});
export type SpuList = Input<Record<never, never>, { readonly custom: ReturnType<typeof flag> }>;
