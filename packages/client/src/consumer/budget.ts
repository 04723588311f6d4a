/** How many bytes a consumer may hold that nobody has read yet: one budget, shared by its partitions. */
import type { StopSignal } from '@fluvio-ts/protocol/internal';

/** One partition's part in the budget. */
export interface Share {
  add(bytes: number): void;
  remove(bytes: number): void;
  /**
   * Whether so many bytes more may come: they fit, or the partition holds nothing, since one that waits for another's
   * reader might wait for ever.
   */
  hasRoom(bytes: number): boolean;
  /** Resolves when {@link Share.hasRoom}, or when the signal is aborted. */
  room(bytes: number, signal: StopSignal): Promise<void>;
}

/** See the file's head. */
export interface Budget {
  share(): Share;
}

/** Makes a budget of so many bytes. */
export function budget(limitBytes: number): Budget {
  let total = 0;
  const waiting = new Set<() => void>();
  return {
    share() {
      let mine = 0;
      const share: Share = {
        add(bytes) {
          mine += bytes;
          total += bytes;
        },
        remove(bytes) {
          mine -= bytes;
          total -= bytes;
          for (const wake of waiting) wake();
        },
        hasRoom: (bytes) => mine === 0 || total + bytes <= limitBytes,
        async room(bytes, signal) {
          if (share.hasRoom(bytes) || signal.aborted) return;
          await new Promise<void>((resolve) => {
            const settle = (): void => {
              waiting.delete(wake);
              signal.removeEventListener('abort', settle);
              resolve();
            };
            const wake = (): void => {
              if (share.hasRoom(bytes)) settle();
            };
            waiting.add(wake);
            signal.addEventListener('abort', settle, { once: true });
          });
        },
      };
      return share;
    },
  };
}
