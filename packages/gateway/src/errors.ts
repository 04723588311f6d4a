/** What can go wrong in a gateway: for who starts it, and for who asks it for a tunnel. */
import { defineErrors, type ErrorFactory, type FluvioError } from '@fluvio-ts/protocol';

/** Why a request is answered with an HTTP error instead of a tunnel: `code` and text of its JSON body. */
export interface RefusalCodes {
  /** 404: nothing is served at this path. */
  'http/not-found': { readonly path: string };
  /** 405: the path is served to GET only. */
  'http/method': { readonly path: string; readonly method: string };
  /** 400: the query names no target. */
  'tunnel/query': { readonly reason: string };
  /** 401: the token is missing or wrong. */
  'tunnel/token': { readonly given: boolean };
  /** 403: the page that asks is of an origin that is not allowed. */
  'tunnel/origin': { readonly origin: string };
  /** 404: the cluster has no such SPU. */
  'tunnel/unknown-spu': { readonly target: string };
  /** 426: everything is right, but the request asks for no WebSocket. */
  'tunnel/upgrade-required': { readonly target: string };
  /** 502: the cluster, or the one SPU, cannot be reached from the gateway. */
  'tunnel/unreachable': { readonly target: string; readonly reason: string };
  /** 503: as many tunnels are open as may be. */
  'tunnel/busy': { readonly maxConnections: number };
  /** 503: the gateway is stopping. */
  'gateway/stopping': Record<string, never>;
}

/** The codes that `@fluvio-ts/gateway` raises, besides those of the client and of `@fluvio-ts/adapter-tcp`. */
export interface GatewayCodes extends RefusalCodes {
  /** An option has a value that cannot work. */
  'gateway/options': { readonly option: string; readonly reason: string };
  /** The gateway cannot listen: the port is taken, or the address is not of this machine. */
  'gateway/listen': { readonly address: string; readonly reason: string };
}

/** @internal Makes the errors of this package. */
export const gatewayError: ErrorFactory<GatewayCodes> = defineErrors<GatewayCodes>({
  'gateway/options': { text: (c) => `option ${c.option} ${c.reason}` },
  'gateway/listen': {
    text: (c) => `the gateway cannot listen at ${c.address}: ${c.reason}; choose another port, or 0 for any`,
  },
  'gateway/stopping': { text: () => 'the gateway is stopping: try another one, or later', retryable: true },
  'http/not-found': { text: (c) => `nothing is served at ${c.path}: is the path of the URL right?` },
  'http/method': { text: (c) => `${c.path} answers GET, not ${c.method}` },
  'tunnel/query': { text: (c) => c.reason },
  'tunnel/token': {
    text: (c) =>
      c.given ? 'the token is not the one of this gateway' : 'this gateway wants a token, and the request has none',
  },
  'tunnel/origin': {
    text: (c) => `pages of ${c.origin} may not use this gateway: add the origin to its \`origins\``,
  },
  'tunnel/unknown-spu': {
    text: (c) =>
      `${c.target} is not in the cluster's metadata: a tunnel leads only to the SC and to SPUs that it names`,
  },
  'tunnel/upgrade-required': {
    text: (c) => `a tunnel to ${c.target} can be had here: ask with a WebSocket`,
  },
  'tunnel/unreachable': {
    text: (c) => `the gateway cannot reach ${c.target}: ${c.reason}`,
    retryable: true,
  },
  'tunnel/busy': {
    text: (c) => `all ${c.maxConnections} tunnels of this gateway are in use: try again later, or raise maxConnections`,
    retryable: true,
  },
});

/** A request that is answered with an HTTP error. */
export type Refusal = FluvioError<GatewayCodes, keyof RefusalCodes & string>;

/** The HTTP status of each refusal. */
export const STATUS: { readonly [Code in keyof RefusalCodes]: number } = {
  'http/not-found': 404,
  'http/method': 405,
  'tunnel/query': 400,
  'tunnel/token': 401,
  'tunnel/origin': 403,
  'tunnel/unknown-spu': 404,
  'tunnel/upgrade-required': 426,
  'tunnel/unreachable': 502,
  'tunnel/busy': 503,
  'gateway/stopping': 503,
};
