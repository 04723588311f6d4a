/**
 * An SPU's connection to its SC: it registers, takes assignments, and reports. When the connection ends it is made again,
 * for as long as the SPU lives; meanwhile the SPU goes on serving what it has.
 */
import type { Address, Api, Transport } from '@fluvio-ts/protocol';
import { errorText } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';
import { startSession } from '@fluvio-ts/protocol/internal';
import { clusterError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { CatalogNews, Peer, RegisterSpuRequest } from '../private/messages.ts';
import { RegisterSpu, ReportReplicas } from '../private/messages.ts';
import { pause } from './pause.ts';
import type { Replicas } from './replicas.ts';

/** What a link is made of. */
export interface ScLinkOptions {
  readonly transport: Transport;
  /** The SC's private port. */
  readonly address: Address;
  readonly registration: Omit<RegisterSpuRequest, 'leading'>;
  readonly replicas: Replicas;
  /** Takes where the other SPUs are. */
  readonly onPeers: (peers: readonly Peer[]) => void;
  /** Takes which partitions there are. */
  readonly onCatalog: (news: CatalogNews) => void;
  readonly heartbeatMs: number;
  readonly log: Logger;
}

/** A link that keeps itself up. */
export interface ScLink {
  /** Resolves when the SPU has registered and taken its assignments for the first time. Never rejects. */
  readonly ready: Promise<void>;
  /** Asks the SC. Rejects with `cluster/no-sc` while there is no connection, and as {@link Session.call}. */
  call<Q, R>(api: Api<Q, R>, request: Q): Promise<R>;
  stop(): Promise<void>;
}

const FIRST_BACKOFF_MS = 25;
const LONGEST_BACKOFF_MS = 250;
/** An SC that is away for less than this restarts, or the whole cluster stops and this SPU has not been told yet. */
const PATIENCE_MS = 2000;
/** After the SC said that it does not know this SPU: an operator has to act first. */
const REFUSED_BACKOFF_MS = 3000;
/** An SC that does not answer a report within this is taken for gone. */
const REPORT_TIMEOUT_MS = 10_000;
/** Whoever asks has a client waiting. */
const CALL_TIMEOUT_MS = 10_000;

/** Starts to connect. */
export function startScLink(options: ScLinkOptions): ScLink {
  const { transport, address, replicas, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let create = options.registration.create;
  let current: Session | undefined;
  /** Since when there has been no connection. */
  let awayAt: number | undefined;
  let markReady: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });

  /** One connection from beginning to end; resolves with how long to wait before the next. */
  const connection = async (): Promise<number | undefined> => {
    const pipe = await transport.connect({ kind: 'sc', address }, { signal });
    const clientId = `spu-${options.registration.id}`;
    const session = await startSession(pipe, { server: 'sc', clientId, signal });
    const onAbort = (): void => session.close('the SPU is stopping');
    signal.addEventListener('abort', onAbort, { once: true });
    const reports = reporter(session, options);
    try {
      const registration = { ...options.registration, create, leading: leading(replicas) };
      for await (const assignments of session.open(RegisterSpu, registration)) {
        if (assignments.errorCode.kind !== 'None') {
          log('error', 'the SC refuses this SPU', { reason: errorText(assignments.errorCode) });
          return REFUSED_BACKOFF_MS;
        }
        create = false;
        if (assignments.peers !== undefined) {
          options.onPeers(assignments.peers);
          continue;
        }
        if (assignments.catalog !== undefined) {
          options.onCatalog(assignments.catalog);
          continue;
        }
        replicas.apply(assignments);
        current = session;
        reports.begin();
        awayAt = undefined;
        markReady();
      }
      return undefined;
    } finally {
      reports.end();
      current = undefined;
      signal.removeEventListener('abort', onAbort);
      session.close('the SPU connects again');
    }
  };

  const run = async (): Promise<void> => {
    let backoffMs = FIRST_BACKOFF_MS;
    while (!signal.aborted) {
      const startedAt = performance.now();
      let wanted: number | undefined;
      try {
        wanted = await connection();
      } catch (error) {
        awayAt ??= performance.now();
        const level = performance.now() - awayAt < PATIENCE_MS ? 'info' : 'warn';
        if (!signal.aborted) log(level, 'no connection to the SC', { reason: reasonOf(error) });
      }
      if (performance.now() - startedAt > LONGEST_BACKOFF_MS) backoffMs = FIRST_BACKOFF_MS;
      await pause(wanted ?? backoffMs, signal);
      backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS);
    }
  };

  const running = run();
  return {
    ready,
    async call(api, request) {
      if (current === undefined) throw clusterError('cluster/no-sc', {});
      return current.call(api, request, { signal, timeoutMs: CALL_TIMEOUT_MS });
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** The replicated partitions that this process leads, in case that the SC has not heard of it since it began. */
function leading(replicas: Replicas): RegisterSpuRequest['leading'] {
  const led = [];
  for (const { key: replica, incarnation, leadership, leads, spec } of replicas.all()) {
    if (leads() && spec.replicas.length > 1) led.push({ replica, incarnation, epoch: leadership?.epoch ?? 0 });
  }
  return led;
}

/** Sends reports on one connection: news at once when the last report was long enough ago, and a heartbeat otherwise. */
function reporter(session: Session, { registration, replicas, heartbeatMs, log }: ScLinkOptions) {
  let begun = false;
  let ended = false;
  let sending = false;
  let again = false;
  let lastAt = 0;
  let sequence = 0;
  let timer: NodeJS.Timeout | undefined;

  const send = async (which: 'all' | 'changed'): Promise<void> => {
    if (ended || sending) return;
    sending = true;
    again = false;
    clearTimeout(timer);
    lastAt = performance.now();
    try {
      const report = {
        spuId: registration.id,
        sequence: sequence++,
        replicas: replicas.reports(which),
        inSyncChanges: replicas.inSyncChanges(),
      };
      const { errorCode } = await session.call(ReportReplicas, report, { timeoutMs: REPORT_TIMEOUT_MS });
      if (errorCode.kind !== 'None') session.close(`the SC does not take reports: ${errorText(errorCode)}`);
    } catch (error) {
      if (!ended) log('debug', 'a report failed', { reason: reasonOf(error) });
      session.close('a report failed');
    }
    sending = false;
    schedule(again ? 0 : heartbeatMs);
  };
  const schedule = (delayMs: number): void => {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(() => void send('changed'), delayMs);
  };

  return {
    begin() {
      if (begun) return;
      begun = true;
      replicas.onChange((urgent) => {
        if (sending) again ||= urgent;
        else if (urgent || performance.now() - lastAt >= heartbeatMs) schedule(0);
      });
      void send('all');
    },
    end() {
      ended = true;
      clearTimeout(timer);
      replicas.onChange(() => {});
    },
  };
}
