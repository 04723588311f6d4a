/** The answers of one stream: a bounded queue between the connection's reader and the stream's. */

/** Answers in order. Iterate once; `break` and {@link Answers.close} end the stream. */
export interface Answers<R> extends AsyncIterable<R> {
  /** The next answer; undefined when the stream was closed by {@link Answers.close}. Rejects when the connection ends. */
  next(): Promise<R | undefined>;
  /** Stops listening. The server is not told: the protocol has no message for it. */
  close(): void;
}

/** The producing side of {@link Answers}. */
export interface AnswerQueue<R> extends Answers<R> {
  /** Adds an answer; false when the queue is full. */
  push(frame: Uint8Array): boolean;
  /** Ends the stream with an error; answers that arrived before it are still handed out. */
  fail(error: Error): void;
}

/** Makes a queue that decodes with `decode` when an answer is taken, so that a bad answer fails its own stream only. */
export function answerQueue<R>(limit: number, decode: (frame: Uint8Array) => R, onClose: () => void): AnswerQueue<R> {
  const frames: Uint8Array[] = [];
  /** Readers who came before their answers, first come, first served. */
  const waiting: { resolve: (value: R | undefined) => void; reject: (error: unknown) => void }[] = [];
  let end: { readonly error: Error | undefined } | undefined;

  const settle = (finish: { readonly error: Error | undefined }): void => {
    if (end !== undefined) return;
    end = finish;
    onClose();
    for (const reader of waiting.splice(0)) {
      if (finish.error === undefined) reader.resolve(undefined);
      else reader.reject(finish.error);
    }
  };

  const take = (frame: Uint8Array): R => {
    try {
      return decode(frame);
    } catch (error) {
      settle({ error: error as Error });
      throw error;
    }
  };

  const queue: AnswerQueue<R> = {
    push(frame) {
      if (end !== undefined) return true;
      const reader = waiting.shift();
      if (reader !== undefined) {
        try {
          reader.resolve(take(frame));
        } catch (error) {
          reader.reject(error);
        }
        return true;
      }
      if (frames.length >= limit) return false;
      frames.push(frame);
      return true;
    },
    fail: (error) => settle({ error }),
    close() {
      frames.length = 0;
      settle({ error: undefined });
    },
    async next() {
      const frame = frames.shift();
      if (frame !== undefined) return take(frame);
      if (end?.error !== undefined) throw end.error;
      if (end !== undefined) return undefined;
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
      });
    },
    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          const answer = await queue.next();
          if (answer === undefined) return;
          yield answer;
        }
      } finally {
        queue.close();
      }
    },
  };
  return queue;
}
