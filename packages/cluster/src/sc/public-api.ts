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
import { createMirror, deleteMirror, refuseMirrorOf } from './mirrors.ts';
import { refusal, statusOf } from './outcome.ts';
import type { SmartModules } from './smartmodules.ts';
import type { SpuGroups } from './spu-groups.ts';
import type { Spus } from './spus.ts';
import type { Store, StoredObject, StoreUpdate } from './store.ts';
import { follow } from './store.ts';
import { createTableFormat, deleteTableFormat } from './table-formats.ts';
import type { Topics } from './topics.ts';
import { listObjects, partitionFor } from './views.ts';

/** What the API works on. */
export interface ScParts {
  readonly metadata: Metadata;
  readonly topics: Topics;
  readonly spus: Spus;
  readonly smartModules: SmartModules;
  readonly spuGroups: SpuGroups;
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
    on(Create, (request, call) => create(parts, request, call)),
    on(Delete, (request) => remove(parts, request)),
    on(Update, (request) => update(parts, request)),
    on(List, async (request, call) => {
      if (request.label !== 'SmartModule') return listObjects(metadata, request, call.version);
      return { label: 'SmartModule', body: await parts.smartModules.list(request.body) };
    }),
    on(Watch, (request, call) => {
      watch(parts, request, call).catch(() => {
        // The connection is over, and with it the watch.
      });
      return undefined;
    }),
    // Clusters that this one does not know as a mirror, and it knows none, get no answer.
    on(Mirroring, () => undefined),
  ];
}

const UNKNOWN_OBJECT = refusal({ kind: 'Other', message: 'unknown admin object type' });

async function create(parts: ScParts, request: CreateRequest, { signal, release }: Call<Status>): Promise<Status> {
  if (request.label === 'Unknown') return statusOf('create error', UNKNOWN_OBJECT);
  const { metadata, topics, spus, smartModules, spuGroups } = parts;
  const { name, dryRun } = request.body;
  switch (request.label) {
    case 'Topic':
      // What it waits for then may take long, and nothing that the client asks next depends on it.
      return topics.create(name, request.body.spec, { dryRun, signal, onStored: release });
    case 'CustomSpu':
      return spus.create(name, request.body.spec, dryRun);
    case 'TableFormat':
      return createTableFormat(metadata, name, request.body.spec, dryRun);
    case 'SpuGroup':
      return spuGroups.create(name, request.body.spec, dryRun);
    case 'SmartModule':
      return smartModules.create(name, request.body.spec, dryRun);
    case 'Mirror':
      return createMirror(metadata, name, request.body.spec, dryRun);
  }
}

async function remove(
  { metadata, topics, spus, smartModules, spuGroups }: ScParts,
  request: DeleteRequest,
): Promise<Status> {
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
      return spuGroups.delete(request.body.key);
    case 'SmartModule':
      return smartModules.delete(request.body.key);
    case 'Mirror':
      return deleteMirror(metadata, request.body.key);
  }
}

async function update({ metadata, topics }: ScParts, request: UpdateRequest): Promise<Status> {
  if (request.label !== 'Topic') return statusOf('update error', UNKNOWN_OBJECT);
  const { key, action } = request.body;
  if (action.kind === 'addPartition') return topics.addPartitions(key, action.count);
  return statusOf(key, refuseMirrorOf(metadata, key, action.remoteCluster));
}

function watch({ metadata, smartModules }: ScParts, request: WatchRequest, call: Call<WatchResponse>): Promise<void> {
  const { label, body: query } = request;
  const show = async (object: StoredObject<WatchLabel>): Promise<unknown> => {
    if (label === 'Partition') return partitionFor(object as StoredObject<'Partition'>, call.version);
    if (label !== 'SmartModule' || query.summary) return object;
    return smartModules.complete(object as StoredObject<'SmartModule'>);
  };
  // The compiler cannot see that the objects are those of the label.
  const store = metadata.stores[label] as unknown as Store<WatchLabel>;
  return follow(store, call.signal, async (update: StoreUpdate<WatchLabel>) => {
    const message = (header: 'UPDATE' | 'DELETE') => async (object: StoredObject<WatchLabel>) => ({
      header,
      // What was deleted is shown as it was last known; its WebAssembly is gone.
      content: header === 'DELETE' ? object : await show(object),
    });
    const body =
      update.kind === 'everything'
        ? { changes: [], all: await Promise.all(update.all.map(show)) }
        : {
            changes: await Promise.all([
              ...update.updated.map(message('UPDATE')),
              ...update.deleted.map(message('DELETE')),
            ]),
            all: [],
          };
    await call.push({ label, body: { epoch: BigInt(update.epoch), ...body } } as unknown as WatchResponse);
  });
}
