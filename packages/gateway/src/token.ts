/** Who may use the gateway: whoever presents its token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The token that a request presents: in its `Authorization` header, or in the query, since browsers set no headers here. */
export function presentedToken(headers: IncomingHttpHeaders, query: URLSearchParams): string | undefined {
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? '');
  return bearer?.[1] ?? query.get('token') ?? undefined;
}

/** Whether two tokens are the same, in a time that tells nothing of either. */
export function sameToken(presented: string, secret: string): boolean {
  return timingSafeEqual(digest(presented), digest(secret));
}

const digest = (token: string): Buffer => createHash('sha256').update(token).digest();
