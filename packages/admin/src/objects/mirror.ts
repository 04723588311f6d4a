/** Mirrors as values. */
import type { MirrorSpec, MirrorStatus, ObjectOf } from '@fluvio-ts/protocol';
import { listOf } from '@fluvio-ts/protocol';
import type { AdminObject, ListedKind } from './object.ts';
import { byName } from './object.ts';

/** Another cluster, which topics are copied from or to. */
export interface Mirror extends AdminObject<'mirror', MirrorSpec, MirrorStatus> {}

/** A mirror from its parts. */
export const mirror = (name: string, spec: MirrorSpec, status: MirrorStatus): Mirror => ({
  kind: 'mirror',
  name,
  spec,
  status,
  owner: undefined,
});

/** See {@link ListedKind}. Controllers let nobody watch mirrors. */
export const mirrorKind: ListedKind<ObjectOf<'Mirror'>, Mirror> = {
  plural: 'mirrors',
  list: listOf.Mirror,
  fromWire: ({ name, spec, status }) => mirror(name, spec, status),
  order: byName,
};
