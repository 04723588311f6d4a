/** A pipe that can be made to break in the middle of what is written next. */
import type { BytePipe } from '@fluvio-ts/protocol';

/** See the file's head. */
export interface TornPipe extends BytePipe {
  /** The next write is the last, and only half of it gets out. */
  tearNext(): void;
}

/** Wraps a pipe. */
export function tornPipe(pipe: BytePipe): TornPipe {
  let armed = false;
  const tear = async (chunks: readonly Uint8Array[]): Promise<void> => {
    const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    let left = Math.max(1, Math.floor(size / 2));
    const half: Uint8Array[] = [];
    for (const chunk of chunks) {
      half.push(chunk.subarray(0, left));
      left -= Math.min(left, chunk.length);
    }
    await pipe.write(half);
    // So that the half does arrive: a socket that is destroyed may take back what it has not sent.
    await pipe.end();
    pipe.close();
  };
  return {
    ...pipe,
    write(chunks) {
      if (!armed) return pipe.write(chunks);
      armed = false;
      return tear(chunks);
    },
    tearNext() {
      armed = true;
    },
  };
}
