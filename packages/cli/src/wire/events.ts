/** What a proxy sees. */
import type { FrameDescription, Server } from '@fluvio-ts/protocol/describe';

/** Where on which connection something happened. */
interface Seen {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** Connections count from 1. */
  readonly connection: number;
}

/** One thing that a proxy sees. */
export type WireEvent =
  | (Seen & { readonly kind: 'open'; readonly server: Server; readonly from: string; readonly to: string })
  | (Seen & {
      readonly kind: 'message';
      readonly description: FrameDescription;
      /** As its sender sent it, the length in front. */
      readonly bytes: Uint8Array;
      /** Of an answer to a known request: 1 for the first one, more in streams. */
      readonly answer?: number;
      /** Of the first answer: milliseconds since its request. */
      readonly afterMs?: number;
      /** Whether the client gets it with other addresses in it. */
      readonly readdressed?: true;
    })
  | (Seen & {
      readonly kind: 'bytes';
      readonly server: Server;
      readonly direction: FrameDescription['direction'];
      readonly bytes: Uint8Array;
      /** Why they are no message; absent where that was said of bytes before them. */
      readonly why?: string;
    })
  | (Seen & { readonly kind: 'close'; readonly reason?: string });

/** Takes what a proxy sees; a promise holds the connection back until it is settled. It must not reject. */
export type Observe = (event: WireEvent) => Promise<void>;
