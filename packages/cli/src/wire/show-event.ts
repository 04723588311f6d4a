/** What a proxy sees, as lines for people and as JSON for programs. */
import { frameLine } from '@fluvio-ts/protocol/describe';
import type { WireEvent } from './events.ts';

/** One line, of at most `width` characters. */
export function lineOf(event: WireEvent, width: number): string {
  const head = `${clock(event.atMs)} c${event.connection}`;
  switch (event.kind) {
    case 'open':
      return `${head} opened by ${event.from}, to the ${event.server.toUpperCase()} at ${event.to}`;
    case 'close':
      return `${head} closed${event.reason === undefined ? '' : `: ${event.reason}`}`;
    case 'message':
      return `${cut(`${head} ${visible(frameLine(event.description))}`, width - note(event).length)}${note(event)}`;
    case 'bytes': {
      const { direction, server, bytes, why = '' } = event;
      const arrow = direction === 'request' ? '→' : '←';
      return `${head} ${arrow} ${server.toUpperCase()} ${bytes.length} bytes that are no message: ${why}`;
    }
  }
}

/** All that is known, in values that JSON has. */
export function objectOf(event: WireEvent): Readonly<Record<string, unknown>> {
  const { kind, atMs, connection, ...facts } = event;
  const seen = { kind, time: new Date(atMs).toISOString(), connection };
  if ('description' in facts) {
    const { description, bytes: _, ...more } = facts;
    return { ...seen, ...more, ...description };
  }
  return 'bytes' in facts ? { ...seen, ...facts, bytes: facts.bytes.length } : { ...seen, ...facts };
}

function note({ answer, afterMs, readdressed }: Extract<WireEvent, { readonly kind: 'message' }>): string {
  const notes = [
    ...(afterMs === undefined ? [] : [`after ${afterMs} ms`]),
    ...(answer === undefined || answer === 1 ? [] : [`answer ${answer}`]),
    ...(readdressed === true ? ['addresses replaced'] : []),
  ];
  return notes.length === 0 ? '' : ` (${notes.join(', ')})`;
}

const clock = (atMs: number): string => {
  const at = new Date(atMs);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, '0')}`;
};

const cut = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

/** Names on the wire may hold anything, also what moves a terminal's cursor. */
const visible = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
