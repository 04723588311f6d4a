/** Whole frames to damage: of every message at every version from its schema, and captured ones where there are some. */
import fc from 'fast-check';
import { tracePart } from '../../describe/parts.ts';
import type { Part } from '../../describe/place.ts';
import type { Api } from '../../messages/api.ts';
import { encodeRequest, encodeResponse } from '../../messages/envelope.ts';
import { RequestHeader } from '../../messages/header.ts';
import { scApis } from '../../messages/sc/apis.ts';
import { spuApis } from '../../messages/spu/apis.ts';
import { mirrorFromHome, mirrorFromRemote } from '../../messages/spu/mirror.ts';
import { Reader } from '../../wire/reader.ts';
import type { Type } from '../../wire/schema.ts';
import { arbitraryOf } from '../arbitrary.ts';
import type { Frame } from '../vectors.ts';

/** One direction of an API. */
export interface Message {
  /** Such as `sc-list-response`. */
  readonly title: string;
  readonly api: Api<unknown, unknown>;
  readonly dir: 'request' | 'response';
  readonly type: Type<unknown>;
}

/** A field that says how much follows, or what. */
export interface Head {
  readonly at: number;
  readonly width: 1 | 2 | 4;
}

/** A frame to damage, without its length. */
export interface Seed {
  readonly message: Message;
  readonly version: number;
  readonly frame: Uint8Array;
  readonly heads: readonly Head[];
}

const slug = (text: string): string => text.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();

const both = (group: string, apis: Readonly<Record<string, unknown>>): Message[] =>
  Object.values(apis).flatMap((value) => {
    const api = value as Api<unknown, unknown>;
    const title = `${group}-${slug(api.name)}`;
    return [
      { title: `${title}-request`, api, dir: 'request', type: api.request },
      { title: `${title}-response`, api, dir: 'response', type: api.response },
    ] as const;
  });

/** Every message of both servers, and those of SPUs that mirror. */
export const everyMessage: readonly Message[] = [
  ...both('sc', scApis),
  ...both('spu', spuApis),
  ...both('home', mirrorFromHome),
  ...both('remote', mirrorFromRemote),
];

/** Versions at which `message` differs, all that we speak and the first. */
const versionsOf = ({ api: { min, max } }: Message): number[] => {
  const spoken = Array.from({ length: max - min + 1 }, (_, i) => min + i);
  return [...new Set([0, Math.min(9, max), ...spoken])];
};

/** Frames of our own encoder, the same for the same seed: `each` of every message at every version. */
export function ownSeeds(seed: number, each: number): Seed[] {
  return everyMessage.flatMap((message, index) =>
    versionsOf(message).flatMap((version) =>
      fc
        .sample(arbitraryOf(message.type, version), { seed: seed + index * 101 + version, numRuns: each })
        .map((value) => {
          const { api, dir } = message;
          const frame =
            dir === 'request' ? encodeRequest(api, version, 7, 'fuzz', value) : encodeResponse(api, version, 7, value);
          return seedOf(message, version, frame.slice(4));
        }),
    ),
  );
}

/** Captured frames that we know how to read. */
export function capturedSeeds(frames: readonly Frame[]): Seed[] {
  return frames.flatMap(({ role, dir, apiKey, apiVersion, bytes }) => {
    const way = dir === 'req' ? 'request' : 'response';
    const message = everyMessage.find(
      (known) => known.title.startsWith(`${role}-`) && known.api.key === apiKey && known.dir === way,
    );
    return message === undefined || bytes.length > 4096 ? [] : [seedOf(message, apiVersion, bytes)];
  });
}

function seedOf(message: Message, version: number, frame: Uint8Array): Seed {
  const reader = new Reader(frame);
  const parts: Part[] = [];
  if (message.dir === 'request') parts.push(...tracePart(RequestHeader, 0, 'header', reader).parts);
  else reader.i32();
  parts.push(...tracePart(message.type, version, 'body', reader).parts);
  return { message, version, frame, heads: headsOf(parts) };
}

/** Lengths, counts, flags and tags, from parts at any depth. */
function headsOf(parts: readonly Part[]): Head[] {
  return parts.flatMap((part): Head[] => {
    if (part.parts !== undefined) return headsOf(part.parts);
    const width = widths[part.name === 'tag' || part.name === 'count' ? part.name : part.type];
    return width === undefined ? [] : [{ at: part.from, width }];
  });
}

const widths: Readonly<Record<string, 1 | 2 | 4>> = {
  string: 2,
  bytes: 4,
  records: 4,
  varBytes: 1,
  i32: 4,
  u32: 4,
  count: 2,
  tag: 2,
  bool: 1,
  enum: 1,
};
