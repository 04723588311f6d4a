/** How a tunnel ends, as its client is told: a WebSocket close code and a reason. */
import { type Refusal, STATUS } from './errors.ts';

/** Close codes of a tunnel that was open. Those of 4000 and up are this gateway's own: 4000 and the HTTP status that it resembles. */
export const CloseCode = {
  /** The cluster's side has ended the connection in an orderly way; all that it sent was delivered before. */
  ended: 1000,
  /** The gateway is stopping. */
  stopping: 1001,
  /** A text message came; a tunnel carries bytes. */
  text: 1003,
  /** Nothing was sent either way for `idleTimeoutMs`. */
  idle: 4408,
  /** The connection to the cluster broke: a server crashed or restarted, or the network failed. */
  broken: 4502,
} as const;
/** One of {@link CloseCode}. */
export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

/** The close code of a refusal that a browser is told after the handshake: 4000 and the HTTP status, such as 4404. */
export const refusalCloseCode = ({ code }: Refusal): number => 4_000 + STATUS[code];

/** Longest reason that a close frame can carry, in bytes of UTF-8. */
const MAX_REASON_BYTES = 123;

/** Cuts a reason to what a close frame can carry, between characters. */
export function fitReason(reason: string): string {
  const bytes = new TextEncoder().encode(reason);
  if (bytes.length <= MAX_REASON_BYTES) return reason;
  // A character that is cut in two decodes to U+FFFD, which goes with it; `…` takes three bytes.
  return `${new TextDecoder().decode(bytes.subarray(0, MAX_REASON_BYTES - 3)).replace(/\uFFFD$/, '')}…`;
}
