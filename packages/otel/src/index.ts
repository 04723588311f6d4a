/**
 * OpenTelemetry for the Fluvio client: metrics and spans of what it tells of itself.
 *
 * @packageDocumentation
 */
export type { InstrumentOptions } from './instrument.ts';
export { instrument } from './instrument.ts';
