/** Serves a connection, with the faults of its server. */
import type {
  ApiVersionsResponse,
  BytePipe,
  FetchResponse,
  PartitionData,
  StreamFetchResponse,
} from '@fluvio-ts/protocol';
import type { Call, Route, ServeOptions } from '@fluvio-ts/protocol/internal';
import { serve } from '@fluvio-ts/protocol/internal';
import { pause } from '../spu/pause.ts';
import type { FaultBoard } from './board.ts';
import { errorAnswer } from './error-answers.ts';
import type { FaultApi, FaultEffect } from './fault.ts';
import type { TornPipe } from './torn-pipe.ts';
import { tornPipe } from './torn-pipe.ts';

/** As `serve` of the protocol. */
export function serveWithFaults(
  pipe: BytePipe,
  routes: readonly Route[],
  faults: FaultBoard,
  options: ServeOptions,
): Promise<Error | undefined> {
  const torn = tornPipe(pipe);
  const keys = new Map(routes.map(({ api }) => [api.name, api.key]));
  return serve(
    torn,
    routes.map((route) => struck(route, faults, torn, keys)),
    options,
  );
}

function struck(route: Route, faults: FaultBoard, pipe: TornPipe, keys: ReadonlyMap<string, number>): Route {
  const { api, handler } = route;
  return {
    ...route,
    handler(request, call) {
      if (!faults.active) return handler(request, call);
      const effects = faults.strike(api.name, request);
      if (api.name === 'ApiVersions' && effects.length === 0) {
        return Promise.resolve(handler(request, call)).then((answer) =>
          limited(answer as ApiVersionsResponse, faults, keys),
        );
      }
      return effects.length === 0 ? handler(request, call) : suffer(route, request, call, effects, pipe);
    },
  };
}

/** Carries a request out under some effects, or does not. */
async function suffer(
  { api, handler }: Route,
  request: unknown,
  call: Call<unknown>,
  effects: readonly FaultEffect[],
  pipe: TornPipe,
): Promise<unknown> {
  if (effects.some((effect) => effect.kind === 'drop' && effect.what === 'request')) return undefined;
  const truncates = effects.some(({ kind }) => kind === 'truncate');
  const maxBytes = (request as { readonly maxBytes?: number }).maxBytes ?? 0;

  /** What becomes of an answer; undefined when it is lost. */
  const pass = async (answer: unknown): Promise<unknown> => {
    for (const effect of effects) if (effect.kind === 'delay') await pause(effect.delayMs, call.signal);
    if (effects.some(({ kind }) => kind === 'drop')) return undefined;
    if (effects.some(({ kind }) => kind === 'cut')) pipe.tearNext();
    return truncates ? truncated(answer, maxBytes) : answer;
  };
  const push = async (answer: unknown): Promise<void> => {
    const passed = await pass(answer);
    if (passed !== undefined) await call.push(passed);
  };

  const error = effects.find((effect) => effect.kind === 'error');
  if (error !== undefined) return pass(errorAnswer(api.name as FaultApi, request, error.errorCode));
  // Servers of this package send whole batches: asked for more than the client wants, there is something to cut.
  const asked = truncates ? { ...(request as object), maxBytes: Math.min(2 * maxBytes, 0x7fff_ffff) } : request;
  const answer = await handler(asked, { ...call, push });
  return answer === undefined ? undefined : pass(answer);
}

function truncated(answer: unknown, maxBytes: number): unknown {
  const cut = (data: PartitionData): PartitionData => ({ ...data, records: data.records.subarray(0, maxBytes) });
  if ('streamId' in (answer as object)) {
    const response = answer as StreamFetchResponse;
    return { ...response, partition: cut(response.partition) };
  }
  const response = answer as FetchResponse;
  return {
    ...response,
    topics: response.topics.map((topic) => ({ ...topic, partitions: topic.partitions.map(cut) })),
  };
}

function limited(
  answer: ApiVersionsResponse,
  faults: FaultBoard,
  keys: ReadonlyMap<string, number>,
): ApiVersionsResponse {
  const limits = new Map([...faults.versions()].map(([api, limit]) => [keys.get(api), limit]));
  if (limits.size === 0) return answer;
  return {
    ...answer,
    apiKeys: answer.apiKeys.map((entry) => {
      const limit = limits.get(entry.apiKey);
      if (limit === undefined) return entry;
      const maxVersion = Math.min(entry.maxVersion, limit.max);
      const minVersion = limit.min ?? Math.min(entry.minVersion, maxVersion);
      return { apiKey: entry.apiKey, minVersion, maxVersion };
    }),
  };
}
