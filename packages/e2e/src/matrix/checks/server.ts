/** What runs on Node, Bun and Deno. Apart from what browsers load, since it needs their sockets and files. */
import type { Check } from '../check.ts';
import { clientChecks } from './client.ts';
import { neutralChecks } from './index.ts';

/** Checks for every runtime, and what needs sockets, where there is a cluster. */
export const serverChecks = (endpoint: string | undefined, topic: string): readonly Check[] =>
  endpoint === undefined ? neutralChecks : [...neutralChecks, ...clientChecks(endpoint, topic)];
