/** Errors on their way between processes. */
import { isFluvioError } from '@fluvio-ts/protocol';
import type { ClusterCodes } from '../errors.ts';
import { clusterError } from '../errors.ts';
import { reasonOf } from '../logger.ts';
import type { TravellingError } from './messages.ts';

/** What is sent of an error. */
export function travelling(error: unknown): TravellingError {
  const message = reasonOf(error);
  if (isFluvioError(error)) return { code: error.code, message, context: error.context };
  return { code: 'cluster/request', message, context: { reason: message } };
}

/** The error of another process, as one of this. */
export function arrived({ code, context, message }: TravellingError): Error {
  if (code.startsWith('cluster/')) return clusterError(code as keyof ClusterCodes, context as never);
  return clusterError('cluster/request', { reason: message });
}
