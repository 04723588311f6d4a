/**
 * How a tunnel (a byte pipe through a gateway) says which server it is for: the query of its URL, the same for WebSocket,
 * HTTP and gRPC.
 *
 * ```
 * ?endpoint=sc                           the streaming controller
 * ?endpoint=spu&id=5001                  one SPU, by the id that the SC's metadata gives
 * (no query)                             the streaming controller, as Fluvio's old WebSocket proxy has it
 * ?domain=<spu name>.&addr=<host:port>   one SPU, in that proxy's form
 * ```
 */
import { type Address, type Endpoint, formatAddress, parseAddress } from './transport.ts';

/** Who a tunnel is asked for. */
export type TunnelTarget =
  | { readonly kind: 'sc' }
  | { readonly kind: 'spu'; readonly id: number }
  /** The old proxy's form: a claim of the caller, to be found in the SC's metadata and never dialled as it stands. */
  | { readonly kind: 'spu-address'; readonly name: string; readonly address: Address };

/** What {@link parseTunnelQuery} reads from: a `URLSearchParams`, or anything that looks a field up. */
export interface TunnelFields {
  /** The first value of a field; null when it is not there. */
  get(name: string): string | null;
}

/** The largest message that one side of a tunnel sends; longer chunks are split. Receivers refuse more. */
export const TUNNEL_MAX_MESSAGE_BYTES: number = 1024 * 1024;

/** Largest SPU id: an i32. */
const MAX_ID = 0x7fff_ffff;

/** The query that asks a gateway for `to`, without the question mark: `endpoint=sc`, `endpoint=spu&id=5001`. */
export function tunnelQuery(to: Endpoint): string {
  return to.kind === 'sc' ? 'endpoint=sc' : `endpoint=spu&id=${to.id}`;
}

/**
 * The URL of the tunnel to `to` behind the gateway at `base`. Other fields of the base's query stay.
 *
 * @throws TypeError when `base` is not a URL.
 */
export function tunnelUrl(base: string | URL, to: Endpoint): URL {
  const url = new URL(base);
  for (const name of ['endpoint', 'id', 'domain', 'addr']) url.searchParams.delete(name);
  for (const [name, value] of new URLSearchParams(tunnelQuery(to))) url.searchParams.set(name, value);
  return url;
}

/**
 * Reads the query of a tunnel's URL.
 *
 * @throws TypeError when the query asks for nothing that exists; the text says what is wrong and may be sent to the caller.
 */
export function parseTunnelQuery(query: TunnelFields): TunnelTarget {
  const endpoint = query.get('endpoint');
  if (endpoint === 'sc') return { kind: 'sc' };
  if (endpoint === 'spu') return { kind: 'spu', id: parseId(query.get('id')) };
  if (endpoint !== null) {
    throw new TypeError(`'${endpoint}' is not an endpoint: use endpoint=sc, or endpoint=spu with an id`);
  }
  const domain = query.get('domain');
  const addr = query.get('addr');
  if (domain === null && addr === null) return { kind: 'sc' };
  // The old proxy takes its own profile's SC unless both are there; a half-asked SPU is more likely a mistake.
  if (domain === null || addr === null) {
    throw new TypeError(`domain and addr come together: use endpoint=spu with an id instead`);
  }
  // The name ends in the dot that the old client puts between it and its empty domain.
  return { kind: 'spu-address', name: domain.replace(/\.$/, ''), address: parseAddress(addr) };
}

/** Names a target for error texts and logs: `the SC`, `SPU 5001`, `SPU main at 10.0.0.1:9010`. */
export function describeTunnelTarget(target: TunnelTarget): string {
  switch (target.kind) {
    case 'sc':
      return 'the SC';
    case 'spu':
      return `SPU ${target.id}`;
    case 'spu-address':
      return `SPU ${target.name} at ${formatAddress(target.address)}`;
  }
}

function parseId(text: string | null): number {
  const id = Number(text);
  if (text === null || !/^\d{1,10}$/.test(text) || id > MAX_ID) {
    throw new TypeError(
      text === null
        ? 'endpoint=spu needs an id, such as endpoint=spu&id=5001'
        : `'${text}' is not an SPU id: expected 0 to ${MAX_ID}`,
    );
  }
  return id;
}
