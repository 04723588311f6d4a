/**
 * Which web pages may use the gateway. Browsers let any page open a WebSocket to any address and say truthfully, in the
 * `Origin` header, whose page it is; so a gateway on a laptop is open to every page that its user visits, but for this.
 */
import { isIP } from 'node:net';
import { gatewayError } from './errors.ts';

/** What a check needs of a request's headers. */
export interface OriginHeaders {
  readonly origin?: string | undefined;
  readonly host?: string | undefined;
}

/** Whether a request may pass. One without an `Origin` comes from no page, and does. */
export type OriginCheck = (headers: OriginHeaders) => boolean;

/**
 * Makes the check.
 *
 * Without a list: pages of this machine (`localhost`, loopback addresses), of the host that the gateway was told to listen
 * on, and of the same IP address as the gateway. The same host *name* is not enough, since whoever owns a name can point
 * it at this machine (DNS rebinding).
 *
 * @throws FluvioError `gateway/options` when an entry is not an origin.
 */
export function originCheck(origins: readonly string[] | '*' | undefined, listensAt: string): OriginCheck {
  if (origins === '*') return () => true;
  if (origins !== undefined) {
    const allowed = new Set(origins.map(normalized));
    return ({ origin }) => origin === undefined || allowed.has(origin.toLowerCase());
  }
  return ({ origin, host }) => {
    if (origin === undefined) return true;
    const page = hostOf(origin);
    if (page === undefined) return false;
    if (isLoopback(page) || page === hostOf(`http://${listensAt}`)) return true;
    return isIP(bare(page)) !== 0 && host !== undefined && page === hostOf(`http://${host}`);
  };
}

/** `scheme://host[:port]` as browsers send it: lower case, no default port, no slash. */
function normalized(entry: string): string {
  // What browsers send for pages without an origin of their own, such as files and sandboxed frames.
  if (entry === 'null') return entry;
  const url = URL.canParse(entry) ? new URL(entry) : undefined;
  if (url === undefined || url.host === '' || url.pathname.length > 1 || url.search !== '' || url.hash !== '') {
    throw gatewayError('gateway/options', {
      option: 'origins',
      reason: `has '${entry}', which is not an origin, such as https://app.example.com`,
    });
  }
  return `${url.protocol}//${url.host}`;
}

const hostOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).hostname : undefined);

const bare = (host: string): string => host.replace(/^\[|\]$/g, '');

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
