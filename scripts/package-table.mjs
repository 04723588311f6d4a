/**
 * Which package may depend on which: the dependency table of the repository, as data.
 *
 * `check-packages.mjs` holds package.json files and the import rules of biome.json against it. An arrow goes one way
 * only; to add one, change it here, in biome.json and in ARCHITECTURE.md, and say why in the commit.
 */

/**
 * - `sisters`: packages of this repository that it may import.
 * - `external`: what else may stand in its `dependencies`. Reasons are measured, see CONTRIBUTING.md.
 * - `neutral`: sources that run on any runtime, tests apart, so that no `node:*` module may be imported there.
 */
export const packageTable = {
  protocol: { sisters: [], external: [], neutral: ['packages/protocol/src/**'] },
  compression: {
    sisters: ['protocol'],
    external: ['@bokuweb/zstd-wasm', 'fzstd'],
    neutral: ['packages/compression/src/**', '!packages/compression/src/**/node.ts'],
  },
  client: { sisters: ['protocol', 'compression'], external: [], neutral: ['packages/client/src/**'] },
  admin: {
    sisters: ['protocol', 'client'],
    external: ['yaml', 'smol-toml'],
    neutral: ['packages/admin/src/**'],
  },
  profiles: { sisters: ['protocol'], external: ['smol-toml'] },
  serde: {
    sisters: ['protocol'],
    external: ['msgpackr', '@bufbuild/protobuf'],
    neutral: ['packages/serde/src/**'],
  },
  'adapter-tcp': { sisters: ['protocol'], external: [] },
  'adapter-ws': {
    sisters: ['protocol'],
    external: ['ws'],
    neutral: ['packages/adapter-ws/src/**', '!packages/adapter-ws/src/node*.ts'],
  },
  'adapter-http': { sisters: ['protocol'], external: [], neutral: ['packages/adapter-http/src/**'] },
  'adapter-grpc': {
    sisters: ['protocol', 'gateway-api'],
    external: ['@connectrpc/connect', '@connectrpc/connect-node'],
  },
  node: { sisters: ['protocol', 'compression', 'client', 'admin', 'profiles', 'adapter-tcp'], external: [] },
  smartmodule: {
    sisters: ['protocol'],
    external: [],
    neutral: ['packages/smartmodule/src/**', '!packages/smartmodule/src/worker/**'],
  },
  cluster: { sisters: ['protocol', 'adapter-tcp', 'compression', 'smartmodule'], external: ['pkijs', 'asn1js'] },
  'gateway-api': { sisters: [], external: ['@bufbuild/protobuf'] },
  gateway: {
    sisters: ['protocol', 'adapter-tcp', 'client', 'admin', 'gateway-api'],
    external: ['ws', 'hono', '@hono/node-server', '@connectrpc/connect', '@connectrpc/connect-node'],
  },
  compat: { sisters: ['protocol', 'client', 'admin', 'node'], external: [] },
  otel: { sisters: ['protocol', 'client'], external: ['@opentelemetry/api'], neutral: ['packages/otel/src/**'] },
  cli: { sisters: 'all', external: ['commander', 'yaml', 'smol-toml', 'get-east-asian-width'] },
  e2e: { sisters: 'all', external: 'any' },
  bench: { sisters: 'all', external: 'any' },
};

/** Import patterns that biome.json forbids in a package, in the order in which it lists them. */
export function forbiddenSisters(name) {
  const { sisters } = packageTable[name];
  const allowed = sisters === 'all' ? [] : sisters;
  return ['@fluvio-ts/**', ...allowed.flatMap((sister) => [`!@fluvio-ts/${sister}`, `!@fluvio-ts/${sister}/**`])];
}
