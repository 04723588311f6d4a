/** Chooses the version at which an API is spoken. */
import { protocolError } from './errors.ts';
import type { Api } from './messages/api.ts';
import type { ApiVersionKey } from './messages/api-versions.ts';

/**
 * The newest version that both sides speak. An API that the server does not list is spoken at our newest version, because
 * SPUs serve their consumer-offset APIs without listing them.
 *
 * @throws `version/unsupported` when the ranges do not overlap.
 */
export function negotiate(api: Api<unknown, unknown>, served: readonly ApiVersionKey[], server: string): number {
  const row = served.find((key) => key.apiKey === api.key);
  if (row === undefined) return api.max;
  if (row.maxVersion < api.min || row.minVersion > api.max) {
    throw protocolError('version/unsupported', {
      api: api.name,
      server,
      ours: `${api.min} to ${api.max}`,
      theirs: `${row.minVersion} to ${row.maxVersion}`,
    });
  }
  return Math.min(api.max, row.maxVersion);
}
