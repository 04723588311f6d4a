/** Every spelling of the official command line, of the commands that there are, means here what it means there. */
import { expect, test } from 'vitest';
import { root } from '../spec/table.ts';
import { parse } from './parse.ts';
import { route } from './route.ts';

const read = (line: readonly string[]) => {
  const { spec, path, argv } = route(line, root);
  if (spec.kind !== 'command') throw new Error(`${line.join(' ')} is no command`);
  const { args, options, globals } = parse(spec, path, argv);
  return { command: path.slice(1).join(' '), args, options, globals };
};

/** Command line → the command, its arguments, and the options that differ from their defaults. */
const spellings: readonly (readonly [line: string, command: string, args: object, options: object])[] = [
  ['produce t', 'produce', { topic: 't' }, {}],
  ['produce t -v', 'produce', { topic: 't' }, { verbose: true }],
  ['produce t --verbose --key k', 'produce', { topic: 't' }, { verbose: true, key: 'k' }],
  ['produce t --key-separator :', 'produce', { topic: 't' }, { keySeparator: ':' }],
  ['produce t --raw', 'produce', { topic: 't' }, { raw: true }],
  ['produce t -f a.txt', 'produce', { topic: 't' }, { file: ['a.txt'] }],
  ['produce t --file=a.txt', 'produce', { topic: 't' }, { file: ['a.txt'] }],
  ['produce t -f a -f b', 'produce', { topic: 't' }, { file: ['a', 'b'] }],
  ['produce t --linger 150ms', 'produce', { topic: 't' }, { linger: 150 }],
  ['produce t --linger=1s', 'produce', { topic: 't' }, { linger: 1000 }],
  ['produce t --batch-size 16384', 'produce', { topic: 't' }, { batchSize: 16_384 }],
  ['produce t --max-request-size 33554432', 'produce', { topic: 't' }, { maxRequestSize: 33_554_432 }],
  ['produce t --isolation read_committed', 'produce', { topic: 't' }, { isolation: 'read_committed' }],
  ['produce t --isolation ReadCommitted', 'produce', { topic: 't' }, { isolation: 'read_committed' }],
  ['produce t --isolation readUncommitted', 'produce', { topic: 't' }, { isolation: 'read_uncommitted' }],
  ['produce t -p 3', 'produce', { topic: 't' }, { partition: 3 }],
  ['produce t -p3', 'produce', { topic: 't' }, { partition: 3 }],
  ['produce -p=3 t', 'produce', { topic: 't' }, { partition: 3 }],

  ['consume t', 'consume', { topic: 't' }, {}],
  ['consume t -dB', 'consume', { topic: 't' }, { disableContinuous: true, beginning: true }],
  ['consume t -B -d', 'consume', { topic: 't' }, { disableContinuous: true, beginning: true }],
  ['consume -dBk t', 'consume', { topic: 't' }, { disableContinuous: true, beginning: true, keyValue: true }],
  [
    'consume t --beginning --disable-continuous',
    'consume',
    { topic: 't' },
    { disableContinuous: true, beginning: true },
  ],
  ['consume t -p3', 'consume', { topic: 't' }, { partition: [3] }],
  ['consume t -p 0 -p 2 -B', 'consume', { topic: 't' }, { partition: [0, 2], beginning: true }],
  ['consume t -Bp3', 'consume', { topic: 't' }, { partition: [3], beginning: true }],
  ['consume t --partition 1', 'consume', { topic: 't' }, { partition: [1] }],
  ['consume t -A', 'consume', { topic: 't' }, { allPartitions: true }],
  ['consume t --all-partitions', 'consume', { topic: 't' }, { allPartitions: true }],
  ['consume t -T=1', 'consume', { topic: 't' }, { tail: 1 }],
  ['consume t -T 10', 'consume', { topic: 't' }, { tail: 10 }],
  ['consume t -T10 -d', 'consume', { topic: 't' }, { tail: 10, disableContinuous: true }],
  ['consume t -dT=10', 'consume', { topic: 't' }, { tail: 10, disableContinuous: true }],
  ['consume t --tail=5', 'consume', { topic: 't' }, { tail: 5 }],
  ['consume t -H 4', 'consume', { topic: 't' }, { head: 4 }],
  ['consume t --head 4', 'consume', { topic: 't' }, { head: 4 }],
  ['consume t --start 7 --end 9', 'consume', { topic: 't' }, { start: 7n, end: 9n }],
  ['consume t --start 5000000000', 'consume', { topic: 't' }, { start: 5_000_000_000n }],
  ['consume t -k', 'consume', { topic: 't' }, { keyValue: true }],
  ['consume t --key-value', 'consume', { topic: 't' }, { keyValue: true }],
  ['consume t -F {{key}}={{value}}', 'consume', { topic: 't' }, { format: '{{key}}={{value}}' }],
  ['consume t -F={{value}}', 'consume', { topic: 't' }, { format: '{{value}}' }],
  ['consume t --format {{value}}', 'consume', { topic: 't' }, { format: '{{value}}' }],
  ['consume t -O JSON', 'consume', { topic: 't' }, { output: 'json' }],
  ['consume t -Oraw', 'consume', { topic: 't' }, { output: 'raw' }],
  ['consume t --output=binary', 'consume', { topic: 't' }, { output: 'binary' }],
  ['consume t -b 1024', 'consume', { topic: 't' }, { maxbytes: 1024 }],
  ['consume t --maxbytes 1024', 'consume', { topic: 't' }, { maxbytes: 1024 }],
  ['consume t --isolation read_committed', 'consume', { topic: 't' }, { isolation: 'read_committed' }],
  ['consume t --disable-progressbar', 'consume', { topic: 't' }, { disableProgressbar: true }],
  ['consume t --suppress-unknown -O json', 'consume', { topic: 't' }, { suppressUnknown: true, output: 'json' }],
  ['consume t --truncate', 'consume', { topic: 't' }, { truncate: true }],

  ['topic create t', 'topic create', { name: 't' }, {}],
  ['topic create t -p 6 -r 2', 'topic create', { name: 't' }, { partitions: 6, replication: 2 }],
  ['topic create -p6 t', 'topic create', { name: 't' }, { partitions: 6 }],
  ['topic create t --partitions 6 --replication 2', 'topic create', { name: 't' }, { partitions: 6, replication: 2 }],
  ['topic create t -i', 'topic create', { name: 't' }, { ignoreRackAssignment: true }],
  ['topic create t --ignore-rack-assignment', 'topic create', { name: 't' }, { ignoreRackAssignment: true }],
  ['topic create t -f map.json', 'topic create', { name: 't' }, { replicaAssignment: 'map.json' }],
  ['topic create t --replica-assignment map.json', 'topic create', { name: 't' }, { replicaAssignment: 'map.json' }],
  ['topic create t -d', 'topic create', { name: 't' }, { dryRun: true }],
  ['topic create t --dry-run', 'topic create', { name: 't' }, { dryRun: true }],
  ['topic create t --retention-time 7d', 'topic create', { name: 't' }, { retentionTime: 604_800 }],
  ['topic create t --segment-size 10MiB', 'topic create', { name: 't' }, { segmentSize: 10_485_760 }],
  ['topic create t --max-partition-size 2Gi', 'topic create', { name: 't' }, { maxPartitionSize: 2_147_483_648 }],
  ['topic create t --compression-type Gzip', 'topic create', { name: 't' }, { compressionType: 'gzip' }],
  ['topic create t -s', 'topic create', { name: 't' }, { system: true }],
  ['topic list', 'topic list', {}, {}],
  ['topic list --system', 'topic list', {}, { system: true }],
  ['topic list -s', 'topic list', {}, { system: true }],
  ['topic ls', 'topic list', {}, {}],
  ['topic describe t', 'topic describe', { name: 't' }, {}],
  ['topic delete t', 'topic delete', { names: ['t'] }, {}],
  ['topic delete a b -c', 'topic delete', { names: ['a', 'b'] }, { continueOnError: true }],
  ['topic delete a b --continue-on-error', 'topic delete', { names: ['a', 'b'] }, { continueOnError: true }],
  ['topic delete t -sf', 'topic delete', { names: ['t'] }, { system: true, force: true }],
  ['topic delete t --system --force', 'topic delete', { names: ['t'] }, { system: true, force: true }],
  ['topic add-partition t', 'topic add-partition', { topic: 't' }, {}],
  ['topic add-partition t -c 3', 'topic add-partition', { topic: 't' }, { count: 3 }],
  ['topic add-partition t --count 3', 'topic add-partition', { topic: 't' }, { count: 3 }],
  ['partition list', 'partition list', {}, {}],
  ['partition list -s', 'partition list', {}, { system: true }],
  ['partition list --system', 'partition list', {}, { system: true }],

  ['profile', 'profile current', {}, {}],
  ['profile current', 'profile current', {}, {}],
  ['profile list', 'profile list', {}, {}],
  ['profile switch p', 'profile switch', { name: 'p' }, {}],
  ['profile rename a b', 'profile rename', { from: 'a', to: 'b' }, {}],
  ['profile delete p', 'profile delete', { name: 'p' }, {}],
  ['profile delete-cluster c -f', 'profile delete-cluster', { name: 'c' }, { force: true }],
  ['profile delete-cluster c --force', 'profile delete-cluster', { name: 'c' }, { force: true }],
  ['profile add p h:1', 'profile add', { name: 'p', address: 'h:1', installation: undefined }, {}],
  ['profile add p h:1 local-k8', 'profile add', { name: 'p', address: 'h:1', installation: 'local-k8' }, {}],
  ['profile export', 'profile export', { name: undefined }, {}],
  ['profile export p -O json', 'profile export', { name: 'p' }, { output: 'json' }],

  ['cluster start', 'cluster start', {}, {}],
  ['cluster start --local', 'cluster start', {}, { local: true }],
  ['cluster start --spu 3', 'cluster start', {}, { spu: 3 }],
  ['cluster start --spus 3', 'cluster start', {}, { spu: 3 }],
  ['cluster start --data-dir d', 'cluster start', {}, { dataDir: 'd' }],
  ['cluster start --sc-pub-addr 0.0.0.0:9005', 'cluster start', {}, { scPubAddr: { host: '0.0.0.0', port: 9005 } }],
  ['cluster start --sc-priv-addr h:0', 'cluster start', {}, { scPrivAddr: { host: 'h', port: 0 } }],
  ['cluster start --skip-profile-creation', 'cluster start', {}, { skipProfileCreation: true }],
  ['cluster status', 'cluster status', {}, {}],
  ['cluster shutdown', 'cluster shutdown', {}, {}],
  ['cluster stop', 'cluster shutdown', {}, {}],
  ['cluster delete --force', 'cluster delete', {}, { force: true }],
  ['cluster spu list', 'cluster spu list', {}, {}],
  ['cluster spu list --custom', 'cluster spu list', {}, { custom: true }],

  ['version', 'version', {}, {}],
  ['version --json', 'version', {}, {}],
  ['completions bash', 'completions', { shell: 'bash' }, {}],
  ['completions fish --name fluvio', 'completions', { shell: 'fish' }, { name: 'fluvio' }],
];

test.each(spellings)('flv %s', (line, command, args, wanted) => {
  const got = read(line.split(' '));
  const plain = read([
    ...command.split(' '),
    ...Object.values(args)
      .flat()
      .filter((each) => each !== undefined),
  ] as string[]);
  expect(got.command).toBe(command);
  expect(got.args).toEqual(args);
  expect(got.options).toEqual({ ...plain.options, ...wanted });
});

/** Global options, wherever they stand. */
const globals: readonly (readonly [line: string, values: object])[] = [
  ['-c h:1 topic list', { cluster: 'h:1' }],
  ['--cluster h:1 topic list', { cluster: 'h:1' }],
  ['--cluster=h:1 topic list', { cluster: 'h:1' }],
  ['topic list -c h:1', { cluster: 'h:1' }],
  ['topic -c=h:1 list', { cluster: 'h:1' }],
  ['-ch:1 topic list', { cluster: 'h:1' }],
  ['-P prod topic list', { profile: 'prod' }],
  ['topic list -P prod', { profile: 'prod' }],
  ['topic -Pprod list', { profile: 'prod' }],
  ['topic list --profile=prod', { profile: 'prod' }],
  ['-c h:1 --tls topic list', { cluster: 'h:1', tls: true }],
  [
    '-c h:1 --tls --enable-client-cert --domain d --ca-cert a --client-cert b --client-key k topic list',
    { cluster: 'h:1', tls: true, enableClientCert: true, domain: 'd', caCert: 'a', clientCert: 'b', clientKey: 'k' },
  ],
  ['topic list -O json', { output: 'json' }],
  ['-O yaml topic list', { output: 'yaml' }],
  ['topic list --output=toml', { output: 'toml' }],
  ['-qP prod topic list', { profile: 'prod', quiet: true }],
  ['topic list --timeout 10s --no-color', { timeout: 10_000, color: 'never' }],
  ['--color always topic list --yes', { color: 'always', yes: true }],
];

test.each(globals)('global options: flv %s', (line, wanted) => {
  const plain = read(['topic', 'list']);
  expect(read(line.split(' '))).toEqual({ ...plain, globals: { ...plain.globals, ...wanted } });
});

test('a letter that a command uses itself is the global option in front of its name', () => {
  const { options, globals: values } = read(['-c', 'h:1', 'topic', 'add-partition', 't', '-c', '2']);
  expect([values.cluster, options.count]).toEqual(['h:1', 2]);
});

test('letters that mean something else in the official command line are refused, not reinterpreted', () => {
  expect(() => read(['consume', 't', '-m', 'mirror'])).toThrow("unknown option '-m'");
  expect(() => read(['topic', 'create', '-c', 'topic.yaml'])).toThrow("unknown option '-c'");
});

test('values may look like options', () => {
  expect(read(['produce', 't', '--key', '-T=1']).options.key).toBe('-T=1');
  expect(read(['produce', 't', '--key=--x']).options.key).toBe('--x');
  expect(read(['consume', '--', '-t']).args.topic).toBe('-t');
  expect(read(['consume', 't', '-F=--help']).options.format).toBe('--help');
  expect(read(['produce', 't', '-f', '-']).options.file).toEqual(['-']);
});
