/** The SC's public API, for one connection. */
import type {
  ApiVersionKey,
  CreateRequest,
  DeleteRequest,
  Status,
  UpdateRequest,
  WatchLabel,
  WatchRequest,
  WatchResponse,
} from '@fluvio-ts/protocol';
import { Create, Delete, List, Mirroring, NO_ERROR, ScApiVersions, Update, Watch } from '@fluvio-ts/protocol';
import type { Call, Route } from '@fluvio-ts/protocol/internal';
import { on } from '@fluvio-ts/protocol/internal';
import { clusterError } from '../errors.ts';
import type { Metadata } from './metadata.ts';
import { refusal, statusOf } from './outcome.ts';
import type { Spus } from './spus.ts';
import type { StoredObject, StoreUpdate } from './store.ts';
import { follow } from './store.ts';
import { createTableFormat, deleteTableFormat } from './table-formats.ts';
import type { Topics } from './topics.ts';
import { listObjects, partitionFor } from './views.ts';

/** What the API works on. */
export interface ScParts {
  readonly metadata: Metadata;
  readonly topics: Topics;
  readonly spus: Spus;
}

/** A version of Fluvio that clients accept, and a word on who is answering. */
const PLATFORM_VERSION = '0.18.2+fluvio-ts';

const apiKeys: readonly ApiVersionKey[] = [
  { apiKey: Create.key, minVersion: 9, maxVersion: 19 },
  { apiKey: Delete.key, minVersion: 1, maxVersion: 19 },
  { apiKey: List.key, minVersion: 15, maxVersion: 19 },
  { apiKey: Watch.key, minVersion: 15, maxVersion: 19 },
  { apiKey: Mirroring.key, minVersion: 14, maxVersion: 19 },
  { apiKey: Update.key, minVersion: 1, maxVersion: 19 },
];

const SEMANTIC_VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/** The routes of one connection. */
export function scRoutes(parts: ScParts): Route[] {
  const { metadata } = parts;
  return [
    on(ScApiVersions, ({ clientVersion }) => {
      // As upstream: who does not say its version is not served.
      if (!SEMANTIC_VERSION.test(clientVersion)) {
        throw clusterError('cluster/request', { reason: `'${clientVersion}' is no client version` });
      }
      return { errorCode: NO_ERROR, apiKeys, platformVersion: PLATFORM_VERSION };
    }),
    on(Create, (request, call) => create(parts, request, call.signal)),
    on(Delete, (request) => remove(parts, request)),
    on(Update, (request) => update(parts, request)),
    on(List, (request, call) => listObjects(metadata, request, call.version)),
    on(Watch, (request, call) => {
      watch(metadata, request, call).catch(() => {
        // The connection is over, and with it the watch.
      });
      return undefined;
    }),
    // Clusters that this one does not know as a mirror, and it knows none, get no answer.
    on(Mirroring, () => undefined),
  ];
}

const UNKNOWN_OBJECT = refusal({ kind: 'Other', message: 'unknown admin object type' });

async function create(
  { metadata, topics, spus }: ScParts,
  request: CreateRequest,
  signal: AbortSignal,
): Promise<Status> {
  if (request.label === 'Unknown') return statusOf('create error', UNKNOWN_OBJECT);
  const { name, dryRun } = request.body;
  switch (request.label) {
    case 'Topic':
      return topics.create(name, request.body.spec, { dryRun, signal });
    case 'CustomSpu':
      return spus.create(name, request.body.spec, dryRun);
    case 'TableFormat':
      return createTableFormat(metadata, name, request.body.spec, dryRun);
    case 'SpuGroup':
      return statusOf(
        name,
        refusal('SpuError', 'this embedded cluster does not manage SPU groups yet: register custom SPUs'),
      );
    case 'SmartModule':
      return statusOf(
        name,
        refusal(
          'SmartModuleError',
          'this embedded cluster does not run SmartModules yet: use a Fluvio cluster for them',
        ),
      );
    case 'Mirror':
      return statusOf(
        name,
        refusal(
          { kind: 'Other', message: 'this embedded cluster does not mirror' },
          'use a Fluvio cluster for mirrors',
        ),
      );
  }
}

async function remove({ metadata, topics, spus }: ScParts, request: DeleteRequest): Promise<Status> {
  // Fluvio's SC says `create error` here too.
  if (request.label === 'Unknown') return statusOf('create error', UNKNOWN_OBJECT);
  switch (request.label) {
    case 'Topic':
      return topics.delete(request.body.key, request.body.force);
    case 'CustomSpu':
      return spus.delete(request.body.key);
    case 'TableFormat':
      return deleteTableFormat(metadata, request.body.key);
    case 'SpuGroup':
      return statusOf(request.body.key, refusal('SpuNotFound', 'not found'));
    case 'SmartModule':
      return statusOf(request.body.key, refusal({ kind: 'SmartModuleNotFound', name: request.body.key }, 'not found'));
    case 'Mirror':
      return statusOf(request.body.key, refusal('MirrorNotFound', `remote cluster "${request.body.key}" not found`));
  }
}

async function update({ topics }: ScParts, request: UpdateRequest): Promise<Status> {
  if (request.label !== 'Topic') return statusOf('update error', UNKNOWN_OBJECT);
  const { key, action } = request.body;
  if (action.kind === 'addPartition') return topics.addPartitions(key, action.count);
  return statusOf(key, refusal('MirrorNotFound', 'not found'));
}

function watch(metadata: Metadata, request: WatchRequest, call: Call<WatchResponse>): Promise<void> {
  const { label } = request;
  const show = (object: StoredObject<WatchLabel>): unknown =>
    label === 'Partition' ? partitionFor(object as StoredObject<'Partition'>, call.version) : object;
  return follow(metadata.stores[label], call.signal, (update: StoreUpdate<WatchLabel>) => {
    const message = (header: 'UPDATE' | 'DELETE') => (object: StoredObject<WatchLabel>) => ({
      header,
      content: show(object),
    });
    const body =
      update.kind === 'everything'
        ? { changes: [], all: update.all.map(show) }
        : { changes: [...update.updated.map(message('UPDATE')), ...update.deleted.map(message('DELETE'))], all: [] };
    // The compiler cannot see that the objects are those of the label.
    return call.push({ label, body: { epoch: BigInt(update.epoch), ...body } } as unknown as WatchResponse);
  });
}
