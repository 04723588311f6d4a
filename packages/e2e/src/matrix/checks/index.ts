/** What runs where. A package gets its own file here, and its checks a place in one of the two lists. */
import type { Check } from '../check.ts';
import { clientChecks } from './client.ts';
import { compressionChecks } from './compression.ts';
import { protocolChecks } from './protocol.ts';
import { serdeChecks } from './serde.ts';

/** Checks for every runtime, browsers included. */
export const neutralChecks: readonly Check[] = [...protocolChecks, ...compressionChecks, ...serdeChecks];

/** Checks for Node, Bun and Deno: those above, and what needs sockets, where there is a cluster. */
export const serverChecks = (endpoint: string | undefined, topic: string): readonly Check[] =>
  endpoint === undefined ? neutralChecks : [...neutralChecks, ...clientChecks(endpoint, topic)];
