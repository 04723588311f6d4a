/** Addresses to listen at, whose port may be 0. */

/** An address to listen at. */
export interface HostPort {
  readonly host: string;
  /** 0: any. */
  readonly port: number;
}

/** Reads `host:port` and `[v6]:port`. */
export function hostPort(text: string): HostPort {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^[\]:/\s]+)):(\d{1,5})$/.exec(text.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host !== undefined && port <= 65_535) return { host, port };
  throw new TypeError(`'${text}' is not an address to listen at, such as 127.0.0.1:9003 or [::1]:0`);
}
