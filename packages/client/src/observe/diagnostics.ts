/** `diagnostics_channel` of Node, Bun and Deno, found at run time: this package imports nothing of a runtime. */

/** A channel of the runtime. */
export interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

interface DiagnosticsChannel {
  channel(name: string): Channel;
}

interface MaybeNode {
  readonly process?: { readonly getBuiltinModule?: (id: string) => unknown };
}

/** Events are published on channels of this name and their type: `fluvio:connected`, … */
const CHANNEL_PREFIX = 'fluvio:';

const SILENT: Channel = { hasSubscribers: false, publish: () => {} };

/** Finds the runtime's channels; where there are none, nobody ever listens. */
export function channels(runtime: unknown = globalThis): (type: string) => Channel {
  const get = (runtime as MaybeNode).process?.getBuiltinModule;
  if (typeof get !== 'function') return () => SILENT;
  let found: DiagnosticsChannel | undefined;
  try {
    found = get('node:diagnostics_channel') as DiagnosticsChannel | undefined;
  } catch {
    // A runtime that has the function and not the module.
  }
  if (typeof found?.channel !== 'function') return () => SILENT;
  const { channel } = found;
  return (type) => channel(CHANNEL_PREFIX + type);
}
