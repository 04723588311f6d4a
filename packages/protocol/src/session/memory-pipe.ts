/** Two pipes in one process, back to back: for tests, and wherever both halves live together. */
import { protocolError } from '../errors.ts';
import type { BytePipe } from '../transport.ts';

interface Direction {
  readonly chunks: Uint8Array[];
  ended: boolean;
  error: Error | undefined;
  wake: () => void;
  drained: () => void;
}

/** Chunks that may wait unread in one direction before writes wait too. */
const ROOM = 16;

const direction = (): Direction => ({ chunks: [], ended: false, error: undefined, wake: () => {}, drained: () => {} });

/** Makes both ends of a pipe. Bytes are handed over without copying. */
export function memoryPipe(name = 'memory'): readonly [BytePipe, BytePipe] {
  const there = direction();
  const back = direction();
  let settle: (reason: Error | undefined) => void = () => {};
  const closed = new Promise<Error | undefined>((resolve) => {
    settle = resolve;
  });
  const over: Over = { closed, settle };
  return [half(there, back, over, `${name} a`), half(back, there, over, `${name} b`)];
}

/** The end of the whole pipe, which both halves share. */
interface Over {
  readonly closed: Promise<Error | undefined>;
  readonly settle: (reason: Error | undefined) => void;
}

function half(out: Direction, into: Direction, { closed, settle }: Over, peer: string): BytePipe {
  const gone = (): Error => protocolError('connection/closed', { peer, reason: 'the pipe is closed' });

  async function* incoming(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const chunk = into.chunks.shift();
      if (chunk !== undefined) {
        into.drained();
        yield chunk;
      } else if (into.error !== undefined) {
        throw into.error;
      } else if (into.ended) {
        if (out.ended) settle(undefined);
        return;
      } else {
        await new Promise<void>((resolve) => {
          into.wake = resolve;
        });
      }
    }
  }

  return {
    peer,
    closed,
    incoming: incoming(),
    async write(chunks) {
      if (out.ended) throw gone();
      out.chunks.push(...chunks);
      out.wake();
      while (out.chunks.length > ROOM && !out.ended) {
        await new Promise<void>((resolve) => {
          out.drained = resolve;
        });
      }
      if (out.error !== undefined) throw out.error;
    },
    async end() {
      out.ended = true;
      out.wake();
      if (into.ended && into.chunks.length === 0) settle(undefined);
    },
    close(reason) {
      const wasOpen = !out.ended || !into.ended;
      out.ended = true;
      into.ended = true;
      if (wasOpen) into.error ??= reason;
      out.wake();
      into.wake();
      out.drained();
      into.drained();
      settle(reason);
    },
  };
}
