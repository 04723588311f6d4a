/** Captured frames of one server, replayed, and looked up by what they say. */
import { expect } from 'vitest';
import type { Apis, Replay } from './replay.ts';
import { replay } from './replay.ts';
import type { Frame } from './vectors.ts';
import { loadVectors } from './vectors.ts';

/** The captures of one server. */
export interface Captured extends Replay {
  /** Why there are no captures; undefined when there are. */
  readonly absent: string | undefined;
  readonly frames: readonly Frame[];
  /** Frames of both servers that were left out, because the capture holds their beginning only. */
  readonly shortened: number;
  /** The `nth` value of an API in one case. */
  said(name: string, api: string, dir: Frame['dir'], nth?: number): unknown;
  /** The body of the first answer of an API about a label, in one case, for which `test` holds. */
  told(name: string, api: string, label: string, test?: (body: never) => boolean): unknown;
}

/** Loads and replays the captures of one server. */
export function captured(role: Frame['role'], apis: Apis): Captured {
  const vectors = loadVectors();
  const present = vectors.kind === 'present';
  const frames = present ? vectors.frames.filter((frame) => frame.role === role) : [];
  const { replayed, refused } = replay(frames, apis);
  return {
    absent: present ? undefined : vectors.reason,
    shortened: present ? vectors.shortened : 0,
    frames,
    replayed,
    refused,
    said(name, api, dir, nth = 0) {
      const found = replayed.filter(
        (entry) => entry.frame.name === name && entry.api === api && entry.frame.dir === dir,
      );
      expect(found.length, `${dir} ${api} in ${name}`).toBeGreaterThan(nth);
      return found[nth]?.value;
    },
    told(name, api, label, test = () => true) {
      const bodies = replayed
        .filter(({ frame, api: of }) => frame.name === name && of === api && frame.dir === 'res')
        .map(({ value }) => value as { readonly label: string; readonly body: never })
        .filter((value) => value.label === label && test(value.body));
      expect(bodies.length, `${api} of ${label} in ${name}`).toBeGreaterThan(0);
      return bodies[0]?.body;
    },
  };
}

/** Names carry the id of the capture's run: only their end is known. */
export const named = (end: string): string => expect.stringMatching(new RegExp(`^[a-z0-9]+-${end}$`));

/** The spec of a topic of which only the number of partitions was given: one. */
export const plainTopic = {
  replicas: { kind: 'computed', partitions: 1, replicationFactor: 1, ignoreRackAssignment: false },
  cleanupPolicy: undefined,
  storage: undefined,
  compressionType: 'Any',
  deduplication: undefined,
  system: false,
};

/** The spec of a custom SPU on loopback. */
export const spuAt = (id: number, port: number) => ({
  id,
  publicEndpoint: { port, ingress: [{ hostname: '127.0.0.1', ip: undefined }], encryption: 'PLAINTEXT' },
  privateEndpoint: { port: port + 1, host: '127.0.0.1', encryption: 'PLAINTEXT' },
  rack: undefined,
  publicEndpointLocal: undefined,
});
