/** Decodes captured frames and encodes them again, which must give the same bytes. */
import type { Api } from '../messages/api.ts';
import { correlationIdOf, decodeHeader, encodeRequest, encodeResponse } from '../messages/envelope.ts';
import { Reader } from '../wire/reader.ts';
import type { Frame } from './vectors.ts';
import { toHex } from './vectors.ts';

/** The APIs of one server by name. */
export type Apis = Readonly<Record<string, Api<unknown, unknown>>>;

/** A frame with what it says. */
export interface Replayed {
  readonly frame: Frame;
  /** Name of its API. */
  readonly api: string;
  readonly value: unknown;
}

/** A frame that could not be replayed. */
export interface Refused {
  readonly frame: Frame;
  readonly reason: string;
}

/** What became of all frames. */
export interface Replay {
  readonly replayed: readonly Replayed[];
  readonly refused: readonly Refused[];
}

/** Replays the frames of one server. A frame with a rest, or with other bytes on the way back, is refused. */
export function replay(frames: readonly Frame[], apis: Apis): Replay {
  const byKey = new Map(Object.values(apis).map((api) => [api.key, api as Api<unknown, unknown>]));
  const replayed: Replayed[] = [];
  const refused: Refused[] = [];
  for (const frame of frames) {
    try {
      const api = byKey.get(frame.apiKey);
      if (api === undefined) throw new Error(`no API has key ${frame.apiKey}`);
      replayed.push({ frame, api: api.name, value: frame.dir === 'req' ? request(frame, api) : response(frame, api) });
    } catch (error) {
      refused.push({ frame, reason: (error as Error).message });
    }
  }
  return { replayed, refused };
}

function request(frame: Frame, api: Api<unknown, unknown>): unknown {
  const { header, body } = decodeHeader(frame.bytes);
  const value = api.request.at(header.apiVersion).read(body);
  rest(body);
  same(frame, encodeRequest(api, header.apiVersion, header.correlationId, header.clientId, value));
  return value;
}

function response(frame: Frame, api: Api<unknown, unknown>): unknown {
  const body = new Reader(frame.bytes, 4);
  const value = api.response.at(frame.apiVersion).read(body);
  rest(body);
  same(frame, encodeResponse(api, frame.apiVersion, correlationIdOf(frame.bytes), value));
  return value;
}

function rest(body: Reader): void {
  if (body.remaining > 0) throw new Error(`a rest of ${body.remaining} bytes`);
}

function same(frame: Frame, encoded: Uint8Array): void {
  const before = toHex(frame.bytes);
  const after = toHex(encoded.subarray(4));
  if (before !== after) throw new Error(`other bytes: ${before} became ${after}`);
}

/** Lines such as `  List 19 res: 104`, sorted. */
export function countByApi(replayed: readonly Replayed[]): string {
  const counts = new Map<string, number>();
  for (const { api, frame } of replayed) {
    const key = `${api} v${frame.apiVersion} ${frame.dir === 'req' ? 'requests' : 'responses'}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort()
    .map(([key, count]) => `  ${key}: ${count}\n`)
    .join('');
}
