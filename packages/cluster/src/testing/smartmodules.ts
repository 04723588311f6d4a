/** For tests: SmartModules that the Rust SDK made, which `packages/smartmodule` keeps, and how requests name them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lookback, SmartModuleInvocation, SmartModuleKind, SmartModuleSpec, Status } from '@fluvio-ts/protocol';
import { Create } from '@fluvio-ts/protocol';
import type { Session } from '@fluvio-ts/protocol/internal';

/** The gzipped `.wasm` of a module. */
export const gzippedModule = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(import.meta.dirname, `../../../smartmodule/fixtures/${name}.wasm.gz`)));

/** How a module starts. */
export interface HowItStarts {
  readonly params?: Readonly<Record<string, string>>;
  readonly lookback?: Lookback;
  readonly kind?: SmartModuleKind;
}

const paramsOf = ({ params = {}, lookback }: HowItStarts) => ({ params: new Map(Object.entries(params)), lookback });
const GENERIC: SmartModuleKind = { kind: 'generic', context: { kind: 'none' } };

/** A module that is sent along. */
export const adHoc = (name: string, how: HowItStarts = {}): SmartModuleInvocation => ({
  wasm: { kind: 'adHoc', gzippedWasm: gzippedModule(name) },
  kind: how.kind ?? GENERIC,
  params: paramsOf(how),
  name: undefined,
});

/** A stored module. */
export const stored = (name: string, how: HowItStarts = {}): SmartModuleInvocation => ({
  wasm: { kind: 'predefined', name },
  kind: how.kind ?? GENERIC,
  params: paramsOf(how),
  name: undefined,
});

/** What is stored of a module. */
export const specOf = (payload: Uint8Array, meta?: SmartModuleSpec['meta']): SmartModuleSpec => ({
  meta,
  summary: undefined,
  wasm: { format: 'BINARY', payload },
});

/** Stores a module under a name. */
export function createSmartModule(sc: Session, name: string, spec: SmartModuleSpec): Promise<Status> {
  return sc.call(Create, { label: 'SmartModule', body: { name, dryRun: false, timeout: undefined, spec } });
}
