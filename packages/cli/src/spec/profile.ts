/** `flv profile …`: which clusters this machine knows. */
import { command, flag, group, type Input, oneOf, optional, required } from './command.ts';

const switchArgs = { name: required('name of the profile', { completes: 'profile' }) } as const;
export type ProfileSwitch = Input<typeof switchArgs, Record<never, never>>;

const addArgs = {
  name: required('name of the profile, and of its cluster'),
  address: required('public address of the cluster, host:port'),
  installation: optional('how it was installed: local, local-k8, k8, read-only, docker or cloud'),
} as const;
export type ProfileAdd = Input<typeof addArgs, Record<never, never>>;

const renameArgs = { from: required('present name', { completes: 'profile' }), to: required('new name') } as const;
export type ProfileRename = Input<typeof renameArgs, Record<never, never>>;

const deleteArgs = { name: required('name of the profile', { completes: 'profile' }) } as const;
export type ProfileDelete = Input<typeof deleteArgs, Record<never, never>>;

const deleteClusterArgs = { name: required('name of the cluster') } as const;
const deleteClusterOptions = { force: flag('-f, --force', 'even when profiles use it') } as const;
export type ProfileDeleteCluster = Input<typeof deleteClusterArgs, typeof deleteClusterOptions>;

const exportArgs = {
  name: optional('name of the profile; the current one by default', { completes: 'profile' }),
} as const;
const exportOptions = {
  output: oneOf('-O, --output <format>', 'toml: a whole profile file; json, yaml: the cluster', [
    'toml',
    'json',
    'yaml',
  ]),
} as const;
export type ProfileExport = Input<typeof exportArgs, typeof exportOptions>;

export const profile = group({
  name: 'profile',
  summary: 'list, switch and edit profiles: the clusters that this machine knows',
  fallback: 'current',
  commands: [
    command({
      name: 'current',
      summary: 'print the name of the current profile',
      examples: [['flv profile', 'the same, shorter']],
      args: {},
      options: {},
      local: true,
      load: () => import('../commands/profile-current.ts'),
    }),
    command({
      name: 'list',
      aliases: ['ls'],
      summary: 'list profiles',
      examples: [['flv profile list', 'the current one has a star']],
      args: {},
      options: {},
      local: true,
      load: () => import('../commands/profile-list.ts'),
    }),
    command({
      name: 'switch',
      summary: 'make a profile the current one',
      examples: [['flv profile switch local', 'commands talk to its cluster from now on']],
      args: switchArgs,
      options: {},
      local: true,
      load: () => import('../commands/profile-switch.ts'),
    }),
    command({
      name: 'add',
      summary: 'add a profile and make it the current one',
      details: 'With --tls, --domain, --ca-cert, --client-cert and --client-key the cluster is reached with TLS.',
      examples: [
        ['flv profile add staging sc.example.com:9003', 'without TLS'],
        ['flv profile add local localhost:9003 local', 'with a note of how it was installed'],
      ],
      args: addArgs,
      options: {},
      local: true,
      targets: ['tls', 'domain', 'caCert', 'clientCert', 'clientKey', 'enableClientCert', 'insecure'],
      load: () => import('../commands/profile-add.ts'),
    }),
    command({
      name: 'rename',
      summary: 'rename a profile',
      examples: [['flv profile rename staging test', 'its cluster keeps its name']],
      args: renameArgs,
      options: {},
      local: true,
      load: () => import('../commands/profile-rename.ts'),
    }),
    command({
      name: 'delete',
      aliases: ['rm'],
      summary: 'delete a profile; its cluster stays known',
      examples: [['flv profile delete staging', '']],
      args: deleteArgs,
      options: {},
      local: true,
      load: () => import('../commands/profile-delete.ts'),
    }),
    command({
      name: 'delete-cluster',
      summary: 'forget a cluster',
      examples: [['flv profile delete-cluster staging', 'refused while profiles use it']],
      args: deleteClusterArgs,
      options: deleteClusterOptions,
      local: true,
      load: () => import('../commands/profile-delete-cluster.ts'),
    }),
    command({
      name: 'export',
      summary: 'print a profile for another machine, with its private key if it has one',
      examples: [['flv profile export local > config', 'use it there as FLV_PROFILE_PATH=config']],
      args: exportArgs,
      options: exportOptions,
      local: true,
      load: () => import('../commands/profile-export.ts'),
    }),
  ],
});
