/**
 * Runs SmartModule chains in threads of Node, where an endless loop, a trap or a hunger for memory ends the chain and
 * nothing else.
 *
 * @packageDocumentation
 */
export type { SmartModuleHost, SmartModuleHostOptions, StartChainOptions } from './host.ts';
export { smartModuleHost } from './host.ts';
