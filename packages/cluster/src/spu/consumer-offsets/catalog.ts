/** Which partitions the cluster has, as the SC tells every SPU: what is stored for others is not shown, and goes. */
import type { ReplicaKey } from '@fluvio-ts/protocol';
import type { CatalogNews } from '../../private/messages.ts';

/** See the file's head. */
export interface Catalog {
  /** Takes what the SC says. */
  apply(news: CatalogNews): void;
  /** A consumer reads from this life of a partition, whether the SC has told of it or not. */
  meet(replica: ReplicaKey, incarnation: string): void;
  /** Whether the partition is there, in this life if one is given. True for all of them before the SC has said anything. */
  has(replica: ReplicaKey, incarnation: string | undefined): boolean;
}

/** Makes an empty catalog. */
export function createCatalog(): Catalog {
  let known: Map<string, string> | undefined;
  /** Lives that consumers knew of before the SC told of them here. */
  const met = new Map<string, string>();

  return {
    apply({ everything, present, gone }) {
      if (everything || known === undefined) known = new Map();
      for (const { replica, incarnation } of present) {
        known.set(nameOf(replica), incarnation);
        met.delete(nameOf(replica));
      }
      for (const replica of gone) {
        known.delete(nameOf(replica));
        met.delete(nameOf(replica));
      }
    },
    meet(replica, incarnation) {
      const name = nameOf(replica);
      if (known !== undefined && known.get(name) !== incarnation) met.set(name, incarnation);
    },
    has(replica, incarnation) {
      if (known === undefined) return true;
      const name = nameOf(replica);
      const life = known.get(name);
      if (incarnation === undefined) return life !== undefined;
      return life === incarnation || met.get(name) === incarnation;
    },
  };
}

const nameOf = ({ topic, partition }: ReplicaKey): string => `${topic}-${partition}`;
