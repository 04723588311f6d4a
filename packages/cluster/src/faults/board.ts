/** The faults of one server: which of them strikes a request, and how often each still will. */
import type { FaultApi, FaultEffect, FaultOrder } from './fault.ts';

/** See the file's head. */
export interface FaultBoard {
  /** Whether there is any; asked for every request, so that a server without faults does nothing more. */
  readonly active: boolean;
  add(order: FaultOrder): void;
  remove(id: number): void;
  /** The effects on a request, which count as a strike of each. */
  strike(api: string, request: unknown): readonly FaultEffect[];
  /** The versions of each API that this server says it speaks, where that is limited. */
  versions(): ReadonlyMap<FaultApi, Extract<FaultEffect, { kind: 'versions' }>>;
}

/** Makes a board. `onStruck` hears of every strike. */
export function faultBoard(faults: readonly FaultOrder[], onStruck: (id: number) => void): FaultBoard {
  const active = new Map<number, { readonly order: FaultOrder; left: number }>();
  const add = (order: FaultOrder): void => {
    if (order.count !== 0) active.set(order.id, { order, left: order.count ?? Number.POSITIVE_INFINITY });
  };
  for (const order of faults) add(order);
  return {
    get active() {
      return active.size > 0;
    },
    add,
    remove: (id) => void active.delete(id),
    strike(api, request) {
      const effects: FaultEffect[] = [];
      for (const [id, entry] of active) {
        const { order } = entry;
        if (order.api !== api || order.effect.kind === 'versions' || !touches(request, order)) continue;
        effects.push(order.effect);
        if (--entry.left <= 0) active.delete(id);
        onStruck(id);
      }
      return effects;
    },
    versions() {
      const limits = new Map<FaultApi, Extract<FaultEffect, { kind: 'versions' }>>();
      for (const { order } of active.values()) {
        if (order.effect.kind === 'versions') limits.set(order.api, order.effect);
      }
      return limits;
    },
  };
}

/** The board of a server that nobody wants to fail. */
export const noFaults: FaultBoard = faultBoard([], () => {});

/** Whether a request has to do with the topic and the partition of a fault. */
function touches(request: unknown, { topic, partition }: FaultOrder): boolean {
  if (topic === undefined && partition === undefined) return true;
  return places(request).some(
    (place) =>
      (topic === undefined || place.topic === topic) && (partition === undefined || place.partition === partition),
  );
}

interface Place {
  readonly topic: string;
  /** Undefined for a request about the topic as a whole. */
  readonly partition?: number;
}

/** What requests of every API say of places, each in its own words. */
interface Words {
  readonly topic?: string;
  readonly partition?: number;
  readonly topics?: readonly { name: string; partitions: readonly { partitionIndex: number }[] }[];
  readonly replicaId?: Required<Place>;
  readonly filter?: { readonly replicaId?: Required<Place> };
  readonly body?: { readonly name?: unknown; readonly key?: unknown };
}

function places(request: unknown): readonly Place[] {
  const { topic, partition, topics, replicaId, filter, body } = request as Words;
  if (topics !== undefined) {
    return topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex })),
    );
  }
  if (topic !== undefined && partition !== undefined) return [{ topic, partition }];
  const replica = replicaId ?? filter?.replicaId;
  if (replica !== undefined) return [replica];
  const name = body?.name ?? body?.key;
  return typeof name === 'string' ? [{ topic: name }] : [];
}
