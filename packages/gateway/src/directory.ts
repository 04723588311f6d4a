/** Who may be at the far end of a tunnel: the SC, and the SPUs that its metadata names. */
import type { Client } from '@fluvio-ts/client';
import { addressOf, clusterOf } from '@fluvio-ts/client/internal';
import { type Address, type Endpoint, formatAddress, listOf, type ObjectOf } from '@fluvio-ts/protocol';
import { describeTunnelTarget, type TunnelTarget } from '@fluvio-ts/protocol/internal';
import { gatewayError } from './errors.ts';
import { reasonOf } from './log.ts';

type Spu = ObjectOf<'SPU'>;

/** Which of an SPU's addresses the gateway dials: the one for clients outside the cluster's network, or inside it. */
export type SpuAddress = 'public' | 'local';

/** See the file's head. */
export interface Directory {
  /** Where the target is now. @throws FluvioError `tunnel/unknown-spu`, `tunnel/unreachable` when the SC cannot be asked */
  find(target: TunnelTarget, signal: AbortSignal): Promise<Endpoint>;
  /** Asks the SC whether it is there; several askers share one question. Never rejects. */
  reachable(): Promise<boolean>;
}

/** How long the SC may take to tell its SPUs; a lost connection to it is waited for that long. */
const ASK_MS = 2_000;

/** The same for its health: less than the second that probes wait by default. */
const HEALTH_MS = 900;

/** Reads the directory from the gateway's own connection to the cluster. */
export function directory(client: Client, sc: Address, spuAddress: SpuAddress): Directory {
  const cluster = clusterOf(client);
  let asking: Promise<boolean> | undefined;

  const ask = (timeoutMs: number, signal?: AbortSignal): Promise<readonly Spu[]> =>
    cluster.callSc(listOf.SPU, { nameFilters: [], summary: false, system: false }, { timeoutMs, signal });

  return {
    async find(target, signal) {
      if (target.kind === 'sc') return { kind: 'sc', address: sc };
      const wanted = matches(target);
      let spu = [...cluster.metadata.spus.values()].find(wanted);
      // The watch may be a moment behind the one that told the caller of a new SPU; the SC's own list is not.
      spu ??= (
        await ask(ASK_MS, signal).catch((error: unknown) => {
          const context = {
            target: describeTunnelTarget(target),
            reason: `the SC does not answer (${reasonOf(error)})`,
          };
          throw gatewayError('tunnel/unreachable', context, error);
        })
      ).find(wanted);
      if (spu === undefined) throw gatewayError('tunnel/unknown-spu', { target: describeTunnelTarget(target) });
      const { id } = spu.spec;
      return {
        kind: 'spu',
        id,
        name: spu.name,
        address: addressOf(spu, spuAddress),
      };
    },
    reachable() {
      asking ??= ask(HEALTH_MS)
        .then(
          () => true,
          () => false,
        )
        .finally(() => {
          asking = undefined;
        });
      return asking;
    },
  };
}

function matches(target: Exclude<TunnelTarget, { kind: 'sc' }>): (spu: Spu) => boolean {
  if (target.kind === 'spu') return (spu) => spu.spec.id === target.id;
  const claimed = formatAddress(target.address);
  return (spu) =>
    spu.name === target.name &&
    (['public', 'local'] as const).some((which) => formatAddress(addressOf(spu, which)) === claimed);
}
