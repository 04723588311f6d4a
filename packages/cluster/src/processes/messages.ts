/** What a member process and the process that launched it tell each other. */
import type { Address } from '@fluvio-ts/protocol';
import type { ManagedSpu, ManagedSpus } from '../members/member.ts';

/** Whether the processes of a cluster end with the one that launched them, however that ends, or survive it. */
export type Lifetime = 'attached' | 'detached';

/** What a member, which begins attached, is told when it shall survive its launcher. */
export const RELEASE = 'release';

/** What a member is asked. */
export interface Asked {
  readonly ask: number;
  /** A {@link MemberOrder} as text. */
  readonly order: string;
}

/** What became of what an SC wanted of SPU groups. */
export interface ManagedAnswer {
  readonly managed: number;
  readonly error?: TravellingError;
}

/** An error, as it travels between processes. */
export interface TravellingError {
  readonly code: string;
  readonly message: string;
  readonly context: unknown;
}

/** What a member says. */
export type MemberNews =
  /** It serves. */
  | { readonly news: 'ready'; readonly address: Address; readonly privateAddress?: Address }
  /** The SC's alone: the system topic is online, so that clients find what they look for. */
  | { readonly news: 'settled' }
  /** The SC's alone: it wants SPUs of SPU groups started or ended, and to be told what became of it. */
  | {
      readonly news: 'managed';
      readonly ask: number;
      readonly what: keyof ManagedSpus;
      readonly spus: readonly ManagedSpu[];
    }
  /** A fault has struck a request. */
  | { readonly news: 'struck'; readonly fault: number }
  /** What became of an order. */
  | {
      readonly news: 'answer';
      readonly ask: number;
      readonly value?: string | undefined;
      readonly error?: TravellingError;
    }
  /** It could not start, and is about to end. */
  | ({ readonly news: 'failed' } & TravellingError);

const KINDS: ReadonlySet<unknown> = new Set<MemberNews['news']>([
  'ready',
  'settled',
  'managed',
  'struck',
  'answer',
  'failed',
]);

/** Reads a message of a member; undefined for anything else. */
export function newsOf(message: unknown): MemberNews | undefined {
  const { news } = (message ?? {}) as { readonly news?: unknown };
  return KINDS.has(news) ? (message as MemberNews) : undefined;
}
