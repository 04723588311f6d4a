/** What a member process and the process that launched it tell each other, and the one argument that a member gets. */
import type { Address } from '@fluvio-ts/protocol';
import type { ClusterSettings } from '../options.ts';

/** What a member of the cluster is told when it starts, as JSON in its first argument. */
export type MemberTask = {
  readonly dataDir: string;
  readonly settings: ClusterSettings;
} & (
  | { readonly member: 'sc'; readonly port: number; readonly privatePort: number }
  | { readonly member: 'spu'; readonly id: number; readonly port: number; readonly sc: Address }
);

/** Whether the processes of a cluster end with the one that launched them, however that ends, or survive it. */
export type Lifetime = 'attached' | 'detached';

/** What a member, which begins attached, is told when it shall survive its launcher. */
export const RELEASE = 'release';

/** What a member says. */
export type MemberNews =
  /** It serves. */
  | { readonly news: 'ready'; readonly address: Address; readonly privateAddress?: Address }
  /** The SC's alone: the system topic is online, so that clients find what they look for. */
  | { readonly news: 'settled' }
  /** It could not start, and is about to end. */
  | { readonly news: 'failed'; readonly code: string; readonly message: string; readonly context: unknown };

/** Reads a message of a member; undefined for anything else. */
export function newsOf(message: unknown): MemberNews | undefined {
  const { news } = (message ?? {}) as { readonly news?: unknown };
  return news === 'ready' || news === 'settled' || news === 'failed' ? (message as MemberNews) : undefined;
}
