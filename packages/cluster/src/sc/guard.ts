/** Keeps from the SC's API what a client may not do: changes are refused, and what it may not read is not there. */
import type {
  Api,
  DeleteRequest,
  ListRequest,
  ListResponse,
  ObjectLabel,
  Status,
  UpdateRequest,
  WatchRequest,
  WatchResponse,
} from '@fluvio-ts/protocol';
import { Create, type CreateRequest, Delete, List, Update, Watch } from '@fluvio-ts/protocol';
import type { Call, Handler, Route } from '@fluvio-ts/protocol/internal';
import type { Access } from '../security/authorization.ts';
import type { Action, ObjectType } from '../security/policy.ts';
import { splitPartitionName } from './objects.ts';
import { refusal, statusOf } from './outcome.ts';

/** The routes of a connection, as far as its client may use them; undefined access is access to everything. */
export function guardSc(routes: readonly Route[], access: Access | undefined): readonly Route[] {
  if (access === undefined) return routes;
  const guards: readonly Guard[] = [
    guard(Create, (handler) => (request, call) => refuseCreate(access, request) ?? handler(request, call)),
    guard(Delete, (handler) => (request, call) => refuseDelete(access, request) ?? handler(request, call)),
    guard(Update, (handler) => (request, call) => refuseUpdate(access, request) ?? handler(request, call)),
    guard(List, (handler) => async (request, call) => {
      const answer = await handler(request, call);
      return answer === undefined ? undefined : readable(access, request, answer);
    }),
    guard(Watch, (handler) => (request, call) => handler(request, seeing(access, request, call))),
  ];
  return routes.map((route) => guards.reduce((guarded, apply) => apply(guarded), route));
}

type Guard = (route: Route) => Route;

/** Puts something in front of the handler of one API. */
const guard =
  <Q, R>(api: Api<Q, R>, wrap: (handler: Handler<Q, R>) => Handler<Q, R>): Guard =>
  (route) =>
    route.api.key === api.key
      ? { ...route, handler: wrap(route.handler as Handler<Q, R>) as Handler<unknown, unknown> }
      : route;

const typeOf = (label: ObjectLabel): ObjectType => (label === 'SPU' ? 'Spu' : label);

const denied = (action: Action, type: ObjectType, name: string): Status =>
  statusOf(name, refusal('PermissionDenied', `permission denied: this client may not ${action} ${type} '${name}'`));

function refuseCreate(access: Access, request: CreateRequest): Status | undefined {
  // What it is, is said by the handler.
  if (request.label === 'Unknown') return undefined;
  const { name } = request.body;
  return access.may('Create', request.label, name) ? undefined : denied('Create', request.label, name);
}

function refuseDelete(access: Access, request: DeleteRequest): Status | undefined {
  if (request.label === 'Unknown') return undefined;
  const { key } = request.body;
  const name = typeof key === 'string' ? key : key.kind === 'name' ? key.name : String(key.id);
  return access.may('Delete', request.label, name) ? undefined : denied('Delete', request.label, name);
}

function refuseUpdate(access: Access, request: UpdateRequest): Status | undefined {
  if (request.label !== 'Topic') return undefined;
  const { key } = request.body;
  return access.may('Update', 'Topic', key) ? undefined : denied('Update', 'Topic', key);
}

function readable(access: Access, { label }: ListRequest, answer: ListResponse): ListResponse {
  const objects: readonly { readonly name: string }[] = answer.body;
  const body = objects.filter(({ name }) => access.may('Read', typeOf(label), name));
  return { label, body } as unknown as ListResponse;
}

/**
 * A watch tells of what the client may read, and besides of what it needs to get at that: SPUs, and the partitions of its
 * topics. (Fluvio's SC tells every watch of everything.)
 */
function seeing(access: Access, { label }: WatchRequest, call: Call<WatchResponse>): Call<WatchResponse> {
  const visible = ({ name }: { readonly name: string }): boolean => {
    if (label === 'SPU') return access.any;
    if (access.may('Read', typeOf(label), name)) return true;
    return label === 'Partition' && access.may('Read', 'Topic', splitPartitionName(name).topic);
  };
  let first = true;
  return {
    ...call,
    async push(update) {
      const { epoch, all, changes } = update.body as {
        readonly epoch: bigint;
        readonly all: readonly { readonly name: string }[];
        readonly changes: readonly { readonly content: { readonly name: string } }[];
      };
      const body = {
        epoch,
        all: all.filter(visible),
        changes: changes.filter(({ content }) => visible(content)),
      };
      const nothing = body.all.length === 0 && body.changes.length === 0;
      // That something was deleted may be told by there being nothing left.
      if (nothing && !first && changes.length > 0) return;
      first = false;
      await call.push({ label: update.label, body } as unknown as WatchResponse);
    },
  };
}
