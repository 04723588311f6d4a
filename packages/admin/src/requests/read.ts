/** Reading objects from the controller. Reads change nothing, so a lost connection is waited for and they are repeated. */
import type { Cluster } from '@fluvio-ts/client/internal';
import type { ListQuery } from '@fluvio-ts/protocol';
import type { StopSignal } from '@fluvio-ts/protocol/internal';
import type { AnyObject, ListedKind } from '../objects/object.ts';

/** How a read is stopped. */
export interface ReadOptions {
  /** Gives up: the read rejects with `request/aborted`. */
  readonly signal?: AbortSignal;
}

/** Which of a kind's objects are wanted: the cluster's own, the others, or both. The wire can ask for one sort only. */
export type SystemObjects = 'exclude' | 'include' | 'only';

/** What to ask the controller for. */
export interface ReadQuery {
  /** Parts of names; empty: all. */
  readonly nameFilters?: readonly string[];
  /** Default `exclude`. */
  readonly system?: SystemObjects;
  /** SmartModules without their WebAssembly; nothing to other kinds. Default true. */
  readonly summary?: boolean;
}

/**
 * Objects in the kind's order.
 *
 * @throws `connect/timeout` when the controller is not reached within the client's `requestTimeoutMs`, `request/aborted`,
 * `client/closed`
 */
export async function read<Wire extends { readonly name: string }, T extends AnyObject>(
  cluster: Cluster,
  kind: ListedKind<Wire, T>,
  { nameFilters = [], system = 'exclude', summary = true }: ReadQuery,
  { signal }: { readonly signal?: StopSignal | undefined },
): Promise<T[]> {
  const sorts = system === 'include' ? [false, true] : [system === 'only'];
  const timeoutMs = cluster.requestTimeoutMs;
  const lists = await cluster.retrying({ what: `listing ${kind.plural}`, timeoutMs, signals: [signal] }, (wait) =>
    Promise.all(
      sorts.map((only) => {
        const query: ListQuery = { nameFilters, summary, system: only };
        return cluster.callSc(kind.list, query, { signal: wait, timeoutMs });
      }),
    ),
  );
  return lists
    .flat()
    .map((wire) => kind.fromWire(wire))
    .sort((a, b) => kind.order(a, b));
}
