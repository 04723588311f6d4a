/** A byte pipe over one WebSocket: binary messages are the bytes, and their borders mean nothing. */
import type { BytePipe } from '@fluvio-ts/protocol';
import { inbox } from '@fluvio-ts/protocol/internal';
import { type Channel, type ChannelEvents, CUT } from './channel.ts';
import { webSocketError } from './errors.ts';
import { outbox } from './outbox.ts';

/** The limits of a pipe. */
export interface PipeLimits {
  readonly highWaterMarkBytes: number;
  readonly maxInboundBytes: number;
}

/** Normal closure, and a close frame without a code. */
const CLEAN = new Set([1000, 1005]);

/** Makes the pipe of the channel that `open` makes; `opened` is called when it can be used. */
export function channelPipe(
  open: (events: ChannelEvents) => Channel,
  peer: string,
  limits: PipeLimits,
  opened: () => void,
): BytePipe {
  let failure: Error | undefined;
  let state: 'open' | 'ending' | 'closing' | 'closed' = 'open';
  let paused = false;
  let settleClosed: (failure: Error | undefined) => void = () => {};
  const closed = new Promise<Error | undefined>((resolve) => {
    settleClosed = resolve;
  });

  const WHY = {
    open: 'it is over',
    ending: 'this side has ended its writes',
    closing: 'it was closed by this side',
    closed: 'it is over',
  };
  const gone = (): Error =>
    webSocketError('connection/closed', { peer, reason: failure?.message ?? WHY[state] }, failure);

  const close = (reason?: Error): void => {
    if (state === 'closing' || state === 'closed') return;
    state = 'closing';
    failure ??= reason;
    box.drop(reason);
    out.fail(gone());
    channel.drop();
  };

  const box = inbox({
    abandoned: () => close(),
    hungry() {
      if (!paused) return;
      paused = false;
      channel.flow?.resume();
    },
  });

  const channel = open({
    opened,
    message(bytes) {
      if (state === 'closing' || box.push(bytes)) return;
      if (box.waitingBytes > limits.maxInboundBytes) {
        close(webSocketError('connection/overflow', { peer, limitBytes: limits.maxInboundBytes }));
      } else if (state === 'open' && !paused && channel.flow !== undefined) {
        // While this side is ending nothing is paused: the peer's answer to it comes behind its last bytes.
        paused = true;
        channel.flow.pause();
      }
    },
    failed(error) {
      if (state !== 'closing') failure ??= error;
    },
    closed(code, reason) {
      if (state !== 'closing' && failure === undefined && !CLEAN.has(code)) {
        failure =
          code === CUT
            ? webSocketError('connection/reset', { peer })
            : webSocketError('websocket/closed', { peer, closeCode: code, reason });
      }
      if (state !== 'closing') state = 'closed';
      box.finish(failure);
      out.fail(gone());
      settleClosed(failure);
    },
  });

  const out = outbox(channel, limits.highWaterMarkBytes);

  /** A promise whose rejection need not be handled: {@link BytePipe.closed} tells as well. */
  const rejected = (): Promise<never> => {
    const promise = Promise.reject(gone());
    promise.catch(() => {});
    return promise;
  };

  let ending: Promise<void> | undefined;

  return {
    incoming: box.incoming,
    closed,
    peer,
    write(chunks) {
      if (state !== 'open') return rejected();
      out.add(chunks);
      return out.ready();
    },
    end() {
      if (ending !== undefined) return ending;
      if (state !== 'open') return rejected();
      state = 'ending';
      out.flush();
      channel.end();
      if (paused) {
        paused = false;
        channel.flow?.resume();
      }
      ending = closed.then(() => {
        if (failure !== undefined || state === 'closing') throw gone();
      });
      ending.catch(() => {});
      return ending;
    },
    close,
  };
}
