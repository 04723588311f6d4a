/**
 * Shared between the packages of this repository. No semantic versioning applies here: depend on an exact version.
 *
 * @packageDocumentation
 */

export { protocolError } from './errors.ts';
export { type FramePool, framePool } from './frame-pool.ts';
export { type Inbox, type InboxEvents, inbox } from './inbox.ts';
export type { Answers } from './session/answers.ts';
export { type ArrivingBudget, arrivingBudget } from './session/arriving.ts';
export { memoryPipe } from './session/memory-pipe.ts';
export { patientTimer } from './session/patient-timer.ts';
export type { Call, Handler, Route, ServeOptions } from './session/serve.ts';
export { on, serve } from './session/serve.ts';
export type { CallOptions, OpenOptions, Session, SessionOptions } from './session/session.ts';
export { startSession } from './session/session.ts';
export type { Stopper, StopSignal } from './session/stop.ts';
export { stopper } from './session/stop.ts';
export {
  describeTunnelTarget,
  parseTunnelQuery,
  TUNNEL_MAX_MESSAGE_BYTES,
  type TunnelFields,
  type TunnelTarget,
  tunnelQuery,
  tunnelUrl,
} from './tunnel.ts';
