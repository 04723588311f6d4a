/** Decides over each request for a tunnel, and dials the cluster for those that may have one. */
import type { IncomingMessage } from 'node:http';
import { type BytePipe, isFluvioError, type Transport } from '@fluvio-ts/protocol';
import { describeTunnelTarget, parseTunnelQuery, type TunnelTarget } from '@fluvio-ts/protocol/internal';
import type { Directory } from './directory.ts';
import { gatewayError, type Refusal, type RefusalCodes, STATUS } from './errors.ts';
import { reasonOf } from './log.ts';
import type { GatewayPlan } from './options.ts';
import { presentedToken, sameToken } from './token.ts';

/** What the admission needs. */
export interface AdmissionParts {
  readonly plan: GatewayPlan;
  readonly members: Directory;
  /** To the cluster. */
  readonly transport: Transport;
  /** Aborted when the gateway stops. */
  readonly life: AbortSignal;
}

/** The cluster's end of a tunnel that may be opened. */
export interface Admitted {
  readonly pipe: BytePipe;
  /** Who is there: `the SC`, `SPU 5001`. */
  readonly who: string;
}

/** Resolves with a connection to what was asked for. @throws FluvioError one of {@link RefusalCodes} */
export type Admission = (request: IncomingMessage, url: URL) => Promise<Admitted>;

/** Makes the admission of one gateway. */
export function admission({ plan, members, transport, life }: AdmissionParts): Admission {
  const { maxConnections } = plan.limits;
  /** Connections to the cluster that are open or being dialled. */
  let taken = 0;

  const dial = async (target: TunnelTarget): Promise<Admitted> => {
    const who = describeTunnelTarget(target);
    const endpoint = await members.find(target, life);
    try {
      return { pipe: await transport.connect(endpoint, { signal: life }), who };
    } catch (error) {
      throw gatewayError('tunnel/unreachable', { target: who, reason: reasonOf(error) }, error);
    }
  };

  return async (request, url) => {
    const { headers, method = '' } = request;
    if (url.pathname !== plan.path) throw gatewayError('http/not-found', { path: url.pathname });
    if (method !== 'GET' && method !== 'HEAD') throw gatewayError('http/method', { path: url.pathname, method });
    if (!plan.allowsOrigin(headers)) throw gatewayError('tunnel/origin', { origin: headers.origin ?? 'null' });
    if (plan.token !== undefined) {
      const token = presentedToken(headers, url.searchParams);
      if (token === undefined || !sameToken(token, plan.token)) {
        throw gatewayError('tunnel/token', { given: token !== undefined });
      }
    }
    const target = targetOf(url);
    if (life.aborted) throw gatewayError('gateway/stopping', {});
    if (taken >= maxConnections) throw gatewayError('tunnel/busy', { maxConnections });
    taken++;
    const free = (): void => void taken--;
    try {
      const admitted = await dial(target);
      void admitted.pipe.closed.then(free);
      return admitted;
    } catch (error) {
      free();
      throw life.aborted ? gatewayError('gateway/stopping', {}, error) : error;
    }
  };
}

function targetOf(url: URL): TunnelTarget {
  try {
    return parseTunnelQuery(url.searchParams);
  } catch (error) {
    throw gatewayError('tunnel/query', { reason: reasonOf(error) });
  }
}

/** Whether an error is an answer to a request. */
export const isRefusal = (error: unknown): error is Refusal =>
  isFluvioError(error) && Object.hasOwn(STATUS, error.code as keyof RefusalCodes);
