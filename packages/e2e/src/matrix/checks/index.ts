/** What runs where. A package gets its own file here, and its checks a place in one of the two lists. */
import type { Check } from '../check.ts';
import { compressionChecks } from './compression.ts';
import { protocolChecks } from './protocol.ts';

/** Checks for every runtime, browsers included. */
export const neutralChecks: readonly Check[] = [...protocolChecks, ...compressionChecks];

/** Checks for Node, Bun and Deno: those above, and what needs sockets or files. */
export const serverChecks: readonly Check[] = [...neutralChecks];
