/** Waiting until stores hold what is waited for. */

/** Anything that tells of its changes. */
interface Source {
  subscribe(listener: () => void): () => void;
}

/** Resolves with what `look` finds, or with undefined after `timeoutMs` or when the signal is aborted. */
export function waitFor<T>(
  sources: readonly Source[],
  look: () => T | undefined,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<T | undefined> {
  const found = look();
  if (found !== undefined || signal.aborted) return Promise.resolve(found);
  return new Promise((resolve) => {
    const finish = (value: T | undefined): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      for (const stop of stops) stop();
      resolve(value);
    };
    const giveUp = (): void => finish(undefined);
    const timer = setTimeout(giveUp, timeoutMs);
    signal.addEventListener('abort', giveUp, { once: true });
    const stops = sources.map((source) =>
      source.subscribe(() => {
        const value = look();
        if (value !== undefined) finish(value);
      }),
    );
  });
}
