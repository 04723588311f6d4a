/** A transport whose connections can be cut at any moment: in the middle of a frame, with whatever is on its way. */
import type { BytePipe, Transport } from '@fluvio-ts/protocol';

/** See the file's head. */
export interface UnreliableTransport extends Transport {
  readonly open: number;
  /** Cuts the connection with that number, counted round; a part of what comes next may still arrive. */
  cut(which: number): void;
}

/** Makes the connections of `inner` unreliable. */
export function unreliable(inner: Transport): UnreliableTransport {
  const pipes: { cut(): void }[] = [];

  const wrap = (pipe: BytePipe): BytePipe => {
    let doomed = false;
    const entry = {
      cut() {
        doomed = true;
        // Where nothing comes any more there is no frame to cut.
        setTimeout(() => pipe.close(new Error('the connection was cut')), 20).unref();
      },
    };
    pipes.push(entry);
    void pipe.closed.then(() => pipes.splice(pipes.indexOf(entry), 1));
    const incoming = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of pipe.incoming) {
        if (!doomed) {
          yield chunk;
          continue;
        }
        yield chunk.subarray(0, chunk.length >> 1);
        pipe.close(new Error('the connection was cut in the middle of a frame'));
        return;
      }
    };
    return { ...pipe, incoming: incoming() };
  };

  return {
    connect: async (to, options) => wrap(await inner.connect(to, options)),
    get open() {
      return pipes.length;
    },
    cut(which) {
      if (pipes.length > 0) pipes[which % pipes.length]?.cut();
    },
  };
}
