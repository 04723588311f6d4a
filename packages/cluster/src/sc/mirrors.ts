/**
 * Mirrors: the other clusters that an operator has registered. They are kept and shown; nothing is copied from or to them,
 * so each stays offline, and topics that would be mirrored are refused.
 */
import type { MirrorSpec, MirrorStatus, Status } from '@fluvio-ts/protocol';
import type { Metadata } from './metadata.ts';
import { canBeKept } from './object-files.ts';
import type { Refusal } from './outcome.ts';
import { change, refusal, statusOf } from './outcome.ts';

/** Of a mirror that was never connected, as all of them are. */
const unconnected: MirrorStatus = {
  connectionStatus: 'Offline',
  pairingSc: { kind: 'Waiting' },
  pairingSpu: { kind: 'Waiting' },
  connectionStat: { lastSeen: 0n },
};

/** Registers a mirror. As in Fluvio, a home may be registered again, and a remote may not. */
export async function createMirror(
  metadata: Metadata,
  name: string,
  spec: MirrorSpec,
  dryRun: boolean,
): Promise<Status> {
  const refused = await change(metadata, 'Other', async () => {
    const present = metadata.stores.Mirror.get(name);
    if (present?.spec.mirrorType.kind === 'remote') {
      return refusal('MirrorAlreadyExists', `remote cluster "${name}" already exists`);
    }
    if (name === '' || !canBeKept(name)) {
      const message = `'${name}' cannot be the name of a mirror`;
      return refusal({ kind: 'Other', message }, message);
    }
    if (dryRun) return undefined;
    const put = { name, uid: present?.uid ?? metadata.newUid(), spec, status: unconnected };
    await metadata.commit([{ label: 'Mirror', put }]);
    return undefined;
  });
  return statusOf(name, refused);
}

/** Forgets a mirror. */
export async function deleteMirror(metadata: Metadata, name: string): Promise<Status> {
  const refused = await change(metadata, 'Other', async () => {
    if (metadata.stores.Mirror.get(name) === undefined) {
      return refusal('MirrorNotFound', `remote cluster "${name}" not found`);
    }
    await metadata.commit([{ label: 'Mirror', delete: name }]);
    return undefined;
  });
  return statusOf(name, refused);
}

/** Why a topic gets no mirror: there is no such mirror, it is of the wrong kind, or the topic is none that is mirrored. */
export function refuseMirrorOf(metadata: Metadata, topic: string, remote: string): Refusal {
  if (metadata.stores.Topic.get(topic) === undefined) return refusal('TopicNotFound', 'not found');
  const mirror = metadata.stores.Mirror.get(remote);
  if (mirror === undefined) return refusal('MirrorNotFound', 'not found');
  if (mirror.spec.mirrorType.kind === 'home') {
    return refusal('MirrorInvalidType', 'remote cluster is not a remote mirror');
  }
  return refusal('TopicError', 'invalid replica type');
}
