/**
 * For tests: answers without what is volatile, because it cannot be the same in two clusters:
 *
 * - the version that the SC gives of itself: ours ends with `+fluvio-ts`;
 * - hosts and ports of SPUs;
 * - which SPU has a replica: that depends on the topics that were there before, and on the number of SPUs;
 * - objects of other cases in lists, and the order of lists;
 * - when an offset was stored;
 * - the numbers of metadata epochs, and which changes come in one answer to a watch: see the tests of watches;
 * - what a leader has reported so far of its partition: offsets, size, replicas;
 * - how far the placing of a topic or an SPU group has come.
 */
import type { FetchConsumerOffsetsResponse, ListResponse, ObjectOf } from '@fluvio-ts/protocol';
import type { Compared } from './vectors.ts';

/** The two answers, fit to be compared; undefined where nothing of them is. */
export interface Pair {
  readonly real: unknown;
  readonly ours: unknown;
}

/** See the file's head. `created` names the topics that were made so far: lists must show them. */
export function comparable({ api, real, ours }: Compared, created: ReadonlySet<string>): Pair | undefined {
  switch (api) {
    case 'ApiVersions':
      return { real: { ...(real as object), platformVersion: '' }, ours: { ...(ours as object), platformVersion: '' } };
    case 'List':
      return lists(real as ListResponse, ours as ListResponse, created);
    case 'FetchConsumerOffsets':
      return offsets(real as FetchConsumerOffsetsResponse, ours as FetchConsumerOffsetsResponse);
    case 'Watch':
      return undefined;
    default:
      return { real, ours };
  }
}

type Listed = { readonly name: string };

function lists(real: ListResponse, ours: ListResponse, created: ReadonlySet<string>): Pair {
  const theirs = new Map((real.body as readonly Listed[]).map((one) => [one.name, one]));
  const mine = new Map((ours.body as readonly Listed[]).map((one) => [one.name, one]));
  const topicOf = (name: string): string => (real.label === 'Partition' ? name.slice(0, name.lastIndexOf('-')) : name);
  // What other cases made at the real cluster is not there here, and the other way round.
  const names = [...theirs.keys()].filter((name) => mine.has(name) || created.has(topicOf(name))).sort();
  const shown = (from: ReadonlyMap<string, Listed>): unknown[] =>
    names.map((name) => stable(real.label, from.get(name)));
  return { real: [real.label, ...shown(theirs)], ours: [ours.label, ...shown(mine)] };
}

function stable(label: ListResponse['label'], object: Listed | undefined): unknown {
  if (object === undefined) return undefined;
  switch (label) {
    case 'Topic': {
      const { name, spec, status } = object as ObjectOf<'Topic'>;
      const rows = [...status.replicaMap].map(([id, row]) => [id, row.length]);
      return { name, spec, rows: name === 'consumer-offset' ? rows.length : rows, reason: status.reason };
    }
    case 'Partition': {
      const { name, spec, status } = object as ObjectOf<'Partition'>;
      const { resolution, isBeingDeleted, baseOffset } = status;
      return {
        name,
        spec: { ...spec, leader: 0, replicas: spec.replicas.length },
        resolution,
        isBeingDeleted,
        baseOffset,
      };
    }
    case 'SPU':
    case 'CustomSpu': {
      const { name, spec, status } = object as ObjectOf<'SPU'>;
      return { name, spec: { ...spec, publicEndpoint: 0, privateEndpoint: 0 }, status };
    }
    case 'SpuGroup':
      return { name: object.name, spec: (object as ObjectOf<'SpuGroup'>).spec };
    default:
      return object;
  }
}

function offsets(real: FetchConsumerOffsetsResponse, ours: FetchConsumerOffsetsResponse): Pair {
  const textOf = ({ consumers }: FetchConsumerOffsetsResponse): Map<string, string> =>
    new Map(
      consumers.map(({ consumerId, replicaId, offset }) => [
        `${consumerId} ${replicaId.topic} ${replicaId.partition}`,
        String(offset),
      ]),
    );
  const theirs = textOf(real);
  const mine = textOf(ours);
  const shared = (of: ReadonlyMap<string, string>) =>
    [...of].filter(([key]) => theirs.has(key) && mine.has(key)).sort();
  // One that is asked for by name is there or it is not.
  const single = theirs.size <= 1 && mine.size <= 1;
  const shown = (of: ReadonlyMap<string, string>) => (single ? [...of] : shared(of));
  return { real: [real.errorCode, shown(theirs)], ours: [ours.errorCode, shown(mine)] };
}
