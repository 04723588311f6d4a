/**
 * Runs Fluvio's SmartModules in any runtime with WebAssembly: the modules, chains of them, and chains over batches.
 *
 * `@fluvio-ts/smartmodule/worker` runs chains in threads of Node, with limits of time and memory.
 *
 * @packageDocumentation
 */
export type {
  ChainModule,
  ChainOptions,
  ChainOutput,
  LocalChain,
  ReadPast,
  SmartModuleChain,
} from './chain.ts';
export { startChain } from './chain.ts';
export type { ClientChain, ClientSmartModuleOptions, ClientSmartModules } from './consumer-transform.ts';
export { clientSmartModules } from './consumer-transform.ts';
export { toErrorCode } from './error-code.ts';
export type { SmartModuleCodes, SmartModuleError } from './errors.ts';
export type { ResolveOptions } from './invocations.ts';
export { deduplicationInvocation, resolveInvocations } from './invocations.ts';
export type { ModuleFacts, TransformKind } from './kind.ts';
export type { LookBackRange } from './look-back.ts';
export { lookBackRange, lookBackRecords } from './look-back.ts';
export type { RecordBlockOptions, RecordLike } from './record-block.ts';
export { recordBlock } from './record-block.ts';
export type {
  ProduceTransform,
  StreamTransform,
  TransformProduceOptions,
  TransformStreamOptions,
} from './transform.ts';
export { transformProduce, transformStream } from './transform.ts';
