/** What runs everywhere, browsers included. A package gets its own file here, and its checks a place in the list. */
import type { Check } from '../check.ts';
import { compressionChecks } from './compression.ts';
import { protocolChecks } from './protocol.ts';
import { serdeChecks } from './serde.ts';

/** Checks for every runtime, browsers included. */
export const neutralChecks: readonly Check[] = [...protocolChecks, ...compressionChecks, ...serdeChecks];
