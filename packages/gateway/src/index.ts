/**
 * A gateway in front of a Fluvio cluster: WebSocket tunnels for browsers, and for networks that let nothing else pass.
 *
 * @packageDocumentation
 */
export { CloseCode } from './closing.ts';
export type { SpuAddress } from './directory.ts';
export type { GatewayCodes, RefusalCodes } from './errors.ts';
export type { Gateway } from './gateway.ts';
export { startGateway } from './gateway.ts';
export type { Log, LogLevel } from './log.ts';
export type { GatewayCluster, GatewayLimits, GatewayOptions } from './options.ts';
