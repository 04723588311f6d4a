/** Chooses the version at which an API is spoken. */
import { protocolError } from './errors.ts';
import type { Api } from './messages/api.ts';
import type { ApiVersionKey } from './messages/api-versions.ts';

/**
 * The newest version that both sides speak. An API that the server does not list is spoken at our newest version, because
 * SPUs serve their consumer-offset APIs without listing them; unless all that it lists is older than the API.
 *
 * @throws `version/unsupported` when the ranges do not overlap.
 */
export function negotiate(api: Api<unknown, unknown>, served: readonly ApiVersionKey[], server: string): number {
  const row = served.find((key) => key.apiKey === api.key);
  if (row === undefined) {
    const newest = served.reduce((version, key) => Math.max(version, key.maxVersion), 0);
    if (served.length > 0 && newest < api.min) throw unsupported(api, server, `versions up to ${newest}, without it`);
    return api.max;
  }
  if (row.maxVersion < api.min || row.minVersion > api.max) {
    throw unsupported(api, server, `${row.minVersion} to ${row.maxVersion}`);
  }
  return Math.min(api.max, row.maxVersion);
}

function unsupported({ name, min, max }: Api<unknown, unknown>, server: string, theirs: string): Error {
  return protocolError('version/unsupported', { api: name, server, ours: `${min} to ${max}`, theirs });
}
