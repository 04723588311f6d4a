/** Takes events to whoever listens: hooks, channels of the runtime, the log. */
import { attempt } from './attempt.ts';
import { channels } from './diagnostics.ts';
import type { ClientEvent, ClientEventOf, ClientEventType, ClientHooks } from './events.ts';
import type { Logger } from './logger.ts';
import { log } from './logger.ts';

/** See the file's head. */
export interface Observer {
  /** Whether anybody listens to this kind; ask before making an event that happens often. */
  wants(type: ClientEventType): boolean;
  /** Tells an event. Never throws: a listener's failure is its own, and is told to the log. */
  tell<Type extends ClientEventType>(event: ClientEventOf<Type>): void;
  /** Listens to one kind until the returned function is called. */
  on<Type extends ClientEventType>(type: Type, listener: (event: ClientEventOf<Type>) => unknown): () => void;
}

type Listener = (event: ClientEvent) => unknown;

/** Makes an observer; without arguments, one that only the runtime's channels hear. */
export function observer(hooks: ClientHooks = {}, logger?: Logger, channelOf = channels()): Observer {
  const listeners = new Map<ClientEventType, Set<Listener>>();
  const open = new Map<ClientEventType, ReturnType<typeof channelOf>>();

  const channel = (type: ClientEventType): ReturnType<typeof channelOf> => {
    let found = open.get(type);
    if (found === undefined) {
      found = channelOf(type);
      open.set(type, found);
    }
    return found;
  };

  const failed = (type: ClientEventType, error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    attempt(() => logger?.error?.(`a listener of '${type}' failed: ${reason}`, { type, error: reason }));
  };

  const call = (type: ClientEventType, listener: Listener, event: ClientEvent): void => {
    attempt(
      () => listener(event),
      (error) => failed(type, error),
    );
  };

  const hookOf = (type: ClientEventType): Listener | undefined => hooks[type] as Listener | undefined;

  return {
    wants: (type) =>
      hookOf(type) !== undefined ||
      logger !== undefined ||
      (listeners.get(type)?.size ?? 0) > 0 ||
      channel(type).hasSubscribers,
    tell(event) {
      const { type } = event;
      const hook = hookOf(type);
      if (hook !== undefined) call(type, hook, event);
      for (const listener of [...(listeners.get(type) ?? [])]) call(type, listener, event);
      const to = channel(type);
      if (to.hasSubscribers) attempt(() => to.publish(event));
      if (logger !== undefined) attempt(() => log(logger, event));
    },
    on(type, listener) {
      const own = listeners.get(type) ?? new Set();
      listeners.set(type, own.add(listener as Listener));
      return () => void own.delete(listener as Listener);
    },
  };
}
