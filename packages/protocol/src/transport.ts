/**
 * The contract between the client and the network: bytes in, bytes out, nothing else.
 *
 * An adapter implements {@link Transport}; everything above it (framing, requests, streams) is the same over TCP, TLS,
 * WebSocket, HTTP or gRPC.
 */

/** A host and a port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Who is to be reached. TLS takes the SPU's name for SNI; a gateway tunnel is asked for its id. */
export type Endpoint =
  | {
      /** The streaming controller. */
      readonly kind: 'sc';
      readonly address: Address;
    }
  | {
      /** One streaming processing unit, as the SC's metadata names it. */
      readonly kind: 'spu';
      readonly id: number;
      readonly name: string;
      readonly address: Address;
    };

/** An ordered, reliable pipe of bytes in both directions. Chunk borders carry no meaning. */
export interface BytePipe {
  /**
   * Iterate once. Ends after the peer's clean end, throws after anything else. Each chunk is **lent**: it is valid until
   * the next pull, so copy what you keep. Not pulling slows the peer down.
   */
  readonly incoming: AsyncIterable<Uint8Array>;
  /**
   * Takes ownership of `chunks` (do not change them afterwards) and resolves when the pipe wants more; rejects when the
   * pipe is closed. Calls need not be awaited one by one: chunks leave in call order.
   */
  write(chunks: readonly Uint8Array[]): Promise<void>;
  /** Half-close: no more writes; what was written is delivered, and `incoming` goes on until the peer ends. */
  end(): Promise<void>;
  /** Drops the pipe at once. Safe to call twice. `incoming` ends (or throws `reason`), later writes reject. */
  close(reason?: Error): void;
  /** Settles when both directions are over: with the error that ended the pipe, or with undefined after a clean end. Never rejects. */
  readonly closed: Promise<Error | undefined>;
  /** The other side, for error texts: `tcp 127.0.0.1:9003`, `tls …`, `ws …`. */
  readonly peer: string;
  /**
   * Whether a byte that is written carries the acknowledgement of what was read, so that a single one may be worth it:
   * plain TCP. Default false.
   */
  readonly writesAcknowledge?: boolean;
  /**
   * Bytes that were written and that this process still holds; at 0 nothing refers to the written chunks any more, and their
   * memory may be used again. Missing where the pipe cannot tell.
   */
  unsentBytes?(): number;
}

/** How bytes reach a server. Adapters implement this and nothing else. */
export interface Transport {
  /**
   * Opens a pipe. Rejects with the adapter's {@link FluvioError} (refused, timed out, TLS against plaintext, …), or with
   * `request/aborted` when the signal is aborted; then nothing stays open.
   */
  connect(to: Endpoint, options?: { readonly signal?: AbortSignal }): Promise<BytePipe>;
}

/**
 * Reads `host:port`, `[v6]:port`.
 *
 * @throws TypeError when the text is not an address; it says what is wrong with it.
 */
export function parseAddress(text: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^[\]:/\s]+)):(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw new TypeError(
      `'${text}' is not an address: expected host:port, such as localhost:9003 or [::1]:9003, with a port of 1 to 65535`,
    );
  }
  return { host: (match[1] ?? match[2]) as string, port };
}

/** Writes an address as `host:port`, with brackets around IPv6. */
export function formatAddress(address: Address): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
