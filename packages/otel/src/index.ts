/**
 * OpenTelemetry metrics and traces for the Fluvio client.
 *
 * @packageDocumentation
 */
export {};
