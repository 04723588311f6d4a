/** Topics as values. */
import type { ObjectOf, TopicSpec, TopicStatus } from '@fluvio-ts/protocol';
import { listOf, watchOf } from '@fluvio-ts/protocol';
import type { AdminObject, Kind, Owner } from './object.ts';
import { byName } from './object.ts';

/** A topic. The owner of one that a mirror brought here is that mirror. */
export interface Topic extends AdminObject<'topic', TopicSpec, TopicStatus> {}

/** A topic from its parts. */
export const topic = (name: string, spec: TopicSpec, status: TopicStatus): Topic => ({
  kind: 'topic',
  name,
  spec,
  status,
  owner: ownerOf(spec),
});

function ownerOf({ replicas }: TopicSpec): Owner | undefined {
  if (replicas.kind !== 'mirror' || replicas.config.kind !== 'remote') return undefined;
  return { kind: 'mirror', name: replicas.config.homeCluster };
}

/** See {@link Kind}. */
export const topicKind: Kind<ObjectOf<'Topic'>, Topic> = {
  plural: 'topics',
  list: listOf.Topic,
  watch: watchOf.Topic,
  fromWire: ({ name, spec, status }) => topic(name, spec, status),
  order: byName,
  state: ({ name, status: { resolution, reason } }) =>
    `topic '${name}' is ${resolution}${reason === '' ? '' : ` (${reason})`}`,
};
