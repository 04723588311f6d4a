/**
 * Keeps from an SPU's API what a client may not do. Records are read by who may `Read` their topic or partition, and written
 * by who may `Update` it. (Fluvio's SPUs ask nobody.)
 */
import type {
  Api,
  ErrorCode,
  FetchOffsetsRequest,
  FetchOffsetsResponse,
  FetchRequest,
  FetchResponse,
  ProduceRequest,
  ProduceResponse,
} from '@fluvio-ts/protocol';
import {
  DeleteConsumerOffset,
  Fetch,
  FetchConsumerOffsets,
  FetchOffsets,
  Produce,
  StreamFetch,
} from '@fluvio-ts/protocol';
import type { Handler, Route } from '@fluvio-ts/protocol/internal';
import type { Access } from '../security/authorization.ts';
import { errorData } from './fetch.ts';

const DENIED: ErrorCode = { kind: 'PermissionDenied' };

/** The routes of a connection, as far as its client may use them; undefined access is access to everything. */
export function guardSpu(routes: readonly Route[], access: Access | undefined): readonly Route[] {
  if (access === undefined) return routes;
  const may =
    (action: 'Read' | 'Update') =>
    (topic: string, partition: number): boolean =>
      access.may(action, 'Topic', topic) || access.may(action, 'Partition', `${topic}-${partition}`);
  const mayRead = may('Read');
  const guards: readonly Guard[] = [
    guard(Produce, partly(produceParts, may('Update'))),
    guard(Fetch, partly(fetchParts, mayRead)),
    guard(FetchOffsets, partly(offsetParts, mayRead)),
    guard(StreamFetch, (handler) => (request, call) => {
      const { topic, partition } = request;
      if (mayRead(topic, partition)) return handler(request, call);
      return { topic, streamId: 0, partition: errorData(partition, DENIED) };
    }),
    guard(DeleteConsumerOffset, (handler) => (request, call) => {
      const { topic, partition } = request.replicaId;
      return mayRead(topic, partition) ? handler(request, call) : { errorCode: DENIED };
    }),
    guard(FetchConsumerOffsets, (handler) => async (request, call) => {
      const answer = await handler(request, call);
      if (answer === undefined) return undefined;
      const consumers = answer.consumers.filter(({ replicaId }) => mayRead(replicaId.topic, replicaId.partition));
      return { ...answer, consumers };
    }),
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

/** A topic in a request or an answer, with its partitions. */
interface Entries<P> {
  readonly name: string;
  readonly partitions: readonly P[];
}

/** How the parts of a request, and of its answer, are taken apart and put together. */
interface Parts<Q, R, QP, RP> {
  readonly of: (request: Q) => readonly Entries<QP>[];
  readonly with: (request: Q, topics: readonly Entries<QP>[]) => Q;
  readonly answered: (response: R) => readonly Entries<RP>[];
  readonly answer: (response: R, topics: readonly Entries<RP>[]) => R;
  readonly deny: (partition: QP) => RP;
}

/** Hands on the entries that are allowed, and puts the refusals of the others between their answers. */
const partly =
  <Q, R, QP extends { readonly partitionIndex: number }, RP>(
    parts: Parts<Q, R, QP, RP>,
    allowed: (topic: string, partition: number) => boolean,
  ) =>
  (handler: Handler<Q, R>): Handler<Q, R> =>
  (request, call) => {
    const topics = parts.of(request);
    const ok = topics.map(({ name, partitions }) =>
      partitions.map(({ partitionIndex }) => allowed(name, partitionIndex)),
    );
    if (ok.every((each) => each.every(Boolean))) return handler(request, call);
    const asked = topics.map(({ name, partitions }, i) => ({
      name,
      partitions: partitions.filter((_, j) => ok[i]?.[j]),
    }));
    const complete = (response: R | undefined): R | undefined => {
      if (response === undefined) return undefined;
      const answers = parts.answered(response);
      const all = topics.map(({ name, partitions }, i) => {
        const given = [...(answers[i]?.partitions ?? [])];
        return { name, partitions: partitions.map((entry, j) => (ok[i]?.[j] && given.shift()) || parts.deny(entry)) };
      });
      return parts.answer(response, all);
    };
    const response = handler(parts.with(request, asked), call);
    return response instanceof Promise ? response.then(complete) : complete(response);
  };

type Entry<T> = T extends { readonly topics: readonly { readonly partitions: readonly (infer P)[] }[] } ? P : never;

const produceParts: Parts<
  ProduceRequest,
  ProduceResponse,
  Entry<ProduceRequest>,
  ProduceResponse['responses'][number]['partitions'][number]
> = {
  of: ({ topics }) => topics,
  with: (request, topics) => ({ ...request, topics }),
  answered: ({ responses }) => responses,
  answer: (response, responses) => ({ ...response, responses }),
  deny: ({ partitionIndex }) => ({
    partitionIndex,
    errorCode: DENIED,
    baseOffset: 0n,
    logAppendTimeMs: 0n,
    logStartOffset: 0n,
  }),
};

const fetchParts: Parts<FetchRequest, FetchResponse, Entry<FetchRequest>, Entry<FetchResponse>> = {
  of: ({ topics }) => topics,
  with: (request, topics) => ({ ...request, topics }),
  answered: ({ topics }) => topics,
  answer: (response, topics) => ({ ...response, topics }),
  deny: ({ partitionIndex }) => errorData(partitionIndex, DENIED),
};

const offsetParts: Parts<
  FetchOffsetsRequest,
  FetchOffsetsResponse,
  Entry<FetchOffsetsRequest>,
  Entry<FetchOffsetsResponse>
> = {
  of: ({ topics }) => topics,
  with: (request, topics) => ({ ...request, topics }),
  answered: ({ topics }) => topics,
  answer: (response, topics) => ({ ...response, topics }),
  deny: ({ partitionIndex }) => ({ partitionIndex, errorCode: DENIED, startOffset: 0n, lastStableOffset: 0n }),
};
