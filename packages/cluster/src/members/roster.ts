/** The servers of one cluster: started, found by id, started again on the same ports, and all ended. */
import type { Address } from '@fluvio-ts/protocol';
import { clusterError } from '../errors.ts';
import type { ManagedSpus, MemberId, MemberRecord, MemberTask, RunningMember, StartMember } from './member.ts';
import { memberName } from './member.ts';

/** How servers are run. */
export interface RosterOptions {
  readonly start: StartMember;
  /** Called with every server that has started, the one before it replaced. */
  readonly onChange: (records: readonly MemberRecord[]) => void;
  readonly managedSpus: ManagedSpus;
  readonly onStruck: (id: MemberId, fault: number) => void;
  /** Servers that ran on the folder before, for their ports. */
  readonly before: readonly MemberRecord[];
}

/** See the file's head. */
export interface Roster {
  /** Every server, the SC first, then by id. */
  readonly records: readonly MemberRecord[];
  /** Starts a server. Aborting `signal` while it starts ends it, and rejects with its reason. */
  run(task: MemberTask, signal: AbortSignal): Promise<RunningMember>;
  /** The server of an id. @throws `cluster/unknown-member` */
  get(id: MemberId): RunningMember;
  /** The servers that have started in this roster. */
  all(): readonly RunningMember[];
  /** Forgets a server that has ended. */
  forget(id: MemberId): void;
  /** Where the SC listens for SPUs. */
  scPrivate(): Address;
}

const byId = (a: MemberRecord, b: MemberRecord): number => (a.id ?? 0) - (b.id ?? 0);

/** Makes an empty roster. */
export function openRoster({ start, onChange, managedSpus, onStruck, before }: RosterOptions): Roster {
  const members = new Map<string, RunningMember>();
  // What is known of ports outlives a start that fails half-way.
  let records = before;

  const get = (id: MemberId): RunningMember => {
    const found = members.get(memberName(id));
    if (found === undefined) throw clusterError('cluster/unknown-member', { name: memberName(id) });
    return found;
  };

  const without = (name: string): readonly MemberRecord[] => records.filter((record) => record.name !== name);

  return {
    get records() {
      return records;
    },
    async run(task, signal) {
      const life = new AbortController();
      const onAbort = (): void => life.abort(signal.reason);
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        const id = task.member === 'sc' ? 'sc' : task.id;
        const member = await start(task, {
          signal: life.signal,
          managedSpus,
          onStruck: (fault) => onStruck(id, fault),
        });
        if (signal.aborted) await member.kill();
        signal.throwIfAborted();
        members.set(member.record.name, member);
        records = [...without(member.record.name), member.record].sort(byId);
        onChange(records);
        return member;
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
    get,
    all: () => [...members.values()],
    forget(id) {
      members.delete(memberName(id));
      records = without(memberName(id));
      onChange(records);
    },
    scPrivate() {
      const { address, privateAddress } = get('sc').record;
      return privateAddress ?? address;
    },
  };
}
