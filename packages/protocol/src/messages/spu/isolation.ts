/** How far a reader sees, and how long a producer waits. */

import type { Type } from '../../wire/schema.ts';
import { choice, i16, mapped } from '../../wire/schema.ts';

/** `read_uncommitted` ends at the log end, `read_committed` at the high watermark. */
export type Isolation = 'read_uncommitted' | 'read_committed';

/** One byte. Rust: `Isolation`, fluvio-spu-schema/src/isolation.rs. */
export const Isolation: Type<Isolation> = choice({ read_uncommitted: 0, read_committed: 1 });

/** In Produce the same word is an i16 like Kafka's acks: 1, or −1 for committed; any negative number reads as committed. */
export const ProduceIsolation: Type<Isolation> = mapped(
  i16,
  (acks) => (acks < 0 ? 'read_committed' : 'read_uncommitted'),
  (isolation) => (isolation === 'read_committed' ? -1 : 1),
);
