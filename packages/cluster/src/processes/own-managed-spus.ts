/**
 * Runs the SPUs of SPU groups from the SC's own process, where nobody else is there to do it: the cluster has survived its
 * launcher. They survive this SC in turn, and are written down in `managed.json`.
 */
import type { Address } from '@fluvio-ts/protocol';
import type { Logger } from '../logger.ts';
import { manageSpus } from '../members/managed.ts';
import type { ManagedSpu, ManagedSpus, MemberRecord } from '../members/member.ts';
import { memberName } from '../members/member.ts';
import type { ClusterSettings } from '../options.ts';
import { endProcesses } from './end.ts';
import { isAlive } from './identity.ts';
import { launch } from './launch.ts';
import { choosePorts } from './ports.ts';
import { readManaged, writeManaged } from './record.ts';

/** What they are run with. */
export interface OwnManagedSpusOptions {
  readonly dataDir: string;
  readonly settings: ClusterSettings;
  /** Where the SC listens for SPUs, once it does. */
  readonly scPrivate: Promise<Address>;
  readonly log: Logger;
}

/** How long one has to start. */
const START_TIMEOUT_MS = 30_000;

/** Makes what an SC is given, and how to give up what is under way. */
export function ownManagedSpus({ dataDir, settings, scPrivate, log }: OwnManagedSpusOptions): {
  readonly managedSpus: ManagedSpus;
  stop(): void;
} {
  const stopping = new AbortController();
  let members = readManaged(dataDir);
  const ports = choosePorts({}, { lifetime: 'detached', settings, members });
  const keep = (name: string, record: readonly MemberRecord[]): void => {
    members = [...members.filter((member) => member.name !== name), ...record];
    writeManaged(dataDir, members);
  };

  const start = async ({ id, name }: ManagedSpu): Promise<void> => {
    const sc = await scPrivate;
    const context = {
      signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(START_TIMEOUT_MS)]),
      managedSpus: { start: async () => {}, stop: async () => {} },
      onStruck: () => {},
    };
    const task = { dataDir, settings, faults: [], clockAheadMs: 0, member: 'spu', id, name, sc } as const;
    const member = await ports.any(memberName(id), (port) => launch({ ...task, port }, 'detached', context));
    // Written down before it is let go: whoever ends the cluster finds it.
    keep(member.record.name, [member.record]);
    member.release();
    log('info', 'an SPU of a group was started', { id, name });
  };

  const find = ({ id }: ManagedSpu): MemberRecord | undefined => members.find((member) => member.id === id);
  return {
    managedSpus: manageSpus({
      isRunning: (spu) => {
        const record = find(spu);
        return record !== undefined && isAlive(record);
      },
      start,
      async stop(spu) {
        const record = find(spu);
        if (record === undefined) return;
        await endProcesses([record]);
        keep(record.name, []);
      },
    }),
    stop: () => stopping.abort(),
  };
}
