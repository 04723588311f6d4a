/** What a frame says, as JSON for people, with the bytes that say it. */
import { protocolError } from '../errors.ts';
import type { Api } from '../messages/api.ts';
import { RequestHeader } from '../messages/header.ts';
import { scApis } from '../messages/sc/apis.ts';
import { spuApis } from '../messages/spu/apis.ts';
import type { Type } from '../wire/node.ts';
import { Reader } from '../wire/reader.ts';
import { i32 } from '../wire/schema.ts';
import type { Json } from './json.ts';
import { toJson } from './json.ts';
import { tracePart } from './parts.ts';
import type { Part, ShowOptions } from './place.ts';
import { shown } from './place.ts';

/** Which server a frame goes to or comes from: the same key means different things on each. */
export type Server = 'sc' | 'spu';

/** What has to be known about a frame to read it. */
export interface DescribeOptions extends ShowOptions {
  /** Whose connection it is. */
  readonly server: Server;
  /** A request goes to the server, a response comes from it. */
  readonly direction: 'request' | 'response';
  /** Of a response: key and version of the request with its correlation id, since a response names neither. */
  readonly answers?: { readonly apiKey: number; readonly apiVersion: number };
}

/** A frame for people; plain JSON. */
export interface FrameDescription {
  readonly server: Server;
  readonly direction: 'request' | 'response';
  /** Name of the API; absent for a key that no API has, and for a response to an unknown request. */
  readonly api?: string;
  readonly apiKey?: number;
  readonly version?: number;
  readonly correlationId?: number;
  /** Of a request. */
  readonly clientId?: string;
  /** Bytes of the frame, its length not counted. */
  readonly bytes: number;
  /** The body; absent where it cannot be read. */
  readonly message?: Json;
  /** Every byte of the frame by what it says, as far as it can be read. */
  readonly parts: readonly Part[];
  /** Bytes behind the body, or behind the place where it cannot be read. Servers ignore those behind a body. */
  readonly rest?: Json;
  /** Why the frame cannot be read. */
  readonly error?: { readonly code: string; readonly message: string };
}

/** Describes one frame, given without its length. It never throws for what is in the frame. */
export function describeFrame(frame: Uint8Array, options: DescribeOptions): FrameDescription {
  const { server, direction } = options;
  const common = { server, direction, bytes: frame.length };
  const reader = new Reader(frame);
  if (direction === 'request') {
    const { parts, error, value } = tracePart(RequestHeader, 0, 'header', reader);
    if (error !== undefined) return { ...common, parts, ...failure(error), ...rest(reader, options) };
    const { apiKey, apiVersion: version, correlationId, clientId } = value as RequestHeader;
    const head = { ...common, apiKey, version, correlationId, clientId };
    return body(head, parts, apiOf(server, apiKey)?.request, reader, options);
  }
  const { parts, error, value } = tracePart(i32, 0, 'correlationId', reader);
  if (error !== undefined) return { ...common, parts, ...failure(error), ...rest(reader, options) };
  const head = { ...common, correlationId: value as number };
  if (options.answers === undefined) return { ...head, parts, ...rest(reader, options) };
  const { apiKey, apiVersion: version } = options.answers;
  return body({ ...head, apiKey, version }, parts, apiOf(server, apiKey)?.response, reader, options);
}

/** The API of a server with this key. */
function apiOf(server: Server, key: number): Api<unknown, unknown> | undefined {
  return apisOf(server).find((api) => api.key === key);
}

/** Every API of a server. */
export function apisOf(server: Server): readonly Api<unknown, unknown>[] {
  return Object.values<unknown>(server === 'sc' ? scApis : spuApis) as Api<unknown, unknown>[];
}

type Head = Pick<FrameDescription, 'server' | 'direction' | 'bytes'> & {
  readonly apiKey: number;
  readonly version: number;
};

function body(
  head: Head,
  before: readonly Part[],
  type: Type<unknown> | undefined,
  reader: Reader,
  options: DescribeOptions,
): FrameDescription {
  const { server, apiKey, version } = head;
  const api = apiOf(server, apiKey);
  if (api === undefined || type === undefined) {
    const what = `no API of the ${server.toUpperCase()} has key ${apiKey}`;
    return {
      ...head,
      parts: before,
      ...failure(protocolError('wire/invalid', { what, at: 0 })),
      ...rest(reader, options),
    };
  }
  const { parts, value, error, recordSets } = tracePart(type, version, 'body', reader, options);
  const message =
    error === undefined ? { message: toJson(value, shown(options).maxBytes, recordSets) } : failure(error);
  const { bytes, ...named } = head;
  return { ...named, api: api.name, bytes, ...message, parts: [...before, ...parts], ...rest(reader, options) };
}

function failure({
  code,
  message,
}: {
  readonly code: string;
  readonly message: string;
}): Pick<FrameDescription, 'error'> {
  return { error: { code, message } };
}

function rest(reader: Reader, options: ShowOptions): Pick<FrameDescription, 'rest'> {
  if (reader.remaining === 0) return {};
  return { rest: toJson(reader.bytes(reader.remaining), shown(options).maxBytes) };
}

/** A frame in one line, such as `→ SPU FetchOffsets v25 #3, 35 bytes: {"topics":[…]}`. */
export function frameLine(description: FrameDescription): string {
  const { direction, server, api, apiKey, version, correlationId, bytes, message, error, rest: left } = description;
  const name = api ?? (apiKey === undefined ? 'an answer to an unknown request' : `key ${apiKey}`);
  const words = [
    direction === 'request' ? '→' : '←',
    server.toUpperCase(),
    name,
    ...(version === undefined ? [] : [`v${version}`]),
    ...(correlationId === undefined ? [] : [`#${correlationId}`]),
  ];
  const says = error === undefined ? JSON.stringify(message ?? left ?? null) : `cannot be read: ${error.message}`;
  return `${words.join(' ')}, ${bytes} bytes: ${says}`;
}
