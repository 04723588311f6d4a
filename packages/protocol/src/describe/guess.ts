/** What a frame may be of which nothing is known. */
import type { FrameDescription } from './frame.ts';
import { apisOf, describeFrame } from './frame.ts';
import type { ShowOptions } from './place.ts';

const MOST = 10;

/**
 * Every reading of a frame, given without its length, that leaves no byte over: requests first, then responses at the
 * newest version that fits. Short responses look alike, so there may be several; at most ten are told.
 */
export function guessFrame(frame: Uint8Array, options: ShowOptions = {}): readonly FrameDescription[] {
  const servers = ['sc', 'spu'] as const;
  const requests = servers.map((server) => describeFrame(frame, { ...options, server, direction: 'request' }));
  const responses = servers.flatMap((server) =>
    apisOf(server).flatMap(({ key, min, max }) => {
      for (let version = max; version >= min; version--) {
        const answers = { apiKey: key, apiVersion: version };
        const response = describeFrame(frame, { ...options, server, direction: 'response', answers });
        if (fits(response)) return [response];
      }
      return [];
    }),
  );
  return [...requests.filter(fits), ...responses].slice(0, MOST);
}

function fits({ error, rest }: FrameDescription): boolean {
  return error === undefined && rest === undefined;
}
