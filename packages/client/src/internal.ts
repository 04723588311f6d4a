/**
 * Shared between the packages of this repository. No semantic versioning applies here: depend on an exact version.
 *
 * @packageDocumentation
 */
export { clusterOf } from './client.ts';
export type { Cluster } from './cluster.ts';
export { addressOf } from './connection/spu-pool.ts';
export { abortedError, deadline, orAborted, setTimer } from './connection/timer.ts';
export { isPassing, isRetryable, serverError } from './errors.ts';
export { attempt } from './observe/attempt.ts';
export { serverTexts } from './server-answers.ts';
export { gzippedWasm } from './smartmodules.ts';
