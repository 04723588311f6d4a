/**
 * Everything that one server hears and says goes through its gate. A closed gate is what a frozen process is to the others:
 * connections stay and are taken, and nothing moves on them. A broken one is what a killed process is.
 */
import type { BytePipe, Transport } from '@fluvio-ts/protocol';

/** See the file's head. */
export interface Gate {
  /** The transport with which the server dials others. */
  through(transport: Transport): Transport;
  /** A connection that the server has accepted. */
  admit(pipe: BytePipe): BytePipe;
  /** Holds everything back. */
  close(): void;
  /** Lets everything go on, in order. */
  open(): void;
  /** Ends every connection at once, those to come too. */
  break(): void;
}

/** The gate of a server in a process of its own, which the system can freeze and kill: nothing is in the way. */
export const noGate: Pick<Gate, 'through' | 'admit'> = { through: (transport) => transport, admit: (pipe) => pipe };

/** Makes an open gate. */
export function openGate(): Gate {
  const pipes = new Set<BytePipe>();
  let held: { readonly over: Promise<void>; readonly release: () => void } | undefined;
  let broken = false;

  const guard = (inner: BytePipe): BytePipe => {
    pipes.add(inner);
    void inner.closed.then(() => pipes.delete(inner));
    if (broken) inner.close();
    return {
      peer: inner.peer,
      closed: inner.closed,
      incoming: gated(inner.incoming),
      write: (chunks) => (held === undefined ? inner.write(chunks) : afterwards(held.over, () => inner.write(chunks))),
      end: () => (held === undefined ? inner.end() : afterwards(held.over, () => inner.end())),
      close: (reason) => {
        // A frozen server cannot even hang up.
        if (held === undefined) inner.close(reason);
        else void held.over.then(() => inner.close(reason));
      },
    };
  };

  /** Hands chunks on while the gate is open. By hand: an async generator costs a promise more for each chunk. */
  const gated = (incoming: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => ({
    [Symbol.asyncIterator]() {
      const inner = incoming[Symbol.asyncIterator]();
      const pass = (
        result: IteratorResult<Uint8Array>,
      ): IteratorResult<Uint8Array> | Promise<IteratorResult<Uint8Array>> =>
        held === undefined ? result : held.over.then(() => pass(result));
      return {
        next: () => inner.next().then(pass),
        return: (value?: unknown) => inner.return?.(value) ?? Promise.resolve({ done: true, value: undefined }),
      };
    },
  });

  return {
    through: (transport) => ({
      async connect(to, options) {
        while (held !== undefined) await held.over;
        return guard(await transport.connect(to, options));
      },
    }),
    admit: guard,
    close() {
      if (held !== undefined) return;
      let release: () => void = () => {};
      const over = new Promise<void>((resolve) => {
        release = resolve;
      });
      held = { over, release };
    },
    open() {
      const { release } = held ?? {};
      held = undefined;
      release?.();
    },
    break() {
      broken = true;
      for (const pipe of pipes) pipe.close();
      this.open();
    },
  };
}

/** As with a pipe itself, the result need not be awaited. */
function afterwards(over: Promise<void>, run: () => Promise<void>): Promise<void> {
  const later = over.then(run);
  later.catch(() => {});
  return later;
}
