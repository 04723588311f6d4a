/** Whole messages: requests with their header, responses with their correlation id, both behind their length. */
import { Reader } from '../wire/reader.ts';
import { Writer } from '../wire/writer.ts';
import type { Api } from './api.ts';
import { RequestHeader } from './header.ts';

const header = RequestHeader.at(0);

/** Encodes a request as one frame, length included. */
export const encodeRequest = <Q, R>(
  api: Api<Q, R>,
  version: number,
  correlationId: number,
  clientId: string,
  request: Q,
): Uint8Array => writeRequest(api, version, correlationId, clientId, request).finish();

/** Encodes a response as one frame, length included, at the version of its request. */
export const encodeResponse = <Q, R>(api: Api<Q, R>, version: number, correlationId: number, response: R): Uint8Array =>
  writeResponse(api, version, correlationId, response).finish();

/** A request in a writer, length included: its chunks go out without large values being copied. */
export function writeRequest<Q, R>(
  api: Api<Q, R>,
  version: number,
  correlationId: number,
  clientId: string,
  request: Q,
): Writer {
  const writer = new Writer();
  const size = writer.reserveSize();
  header.write(writer, { apiKey: api.key, apiVersion: version, correlationId, clientId });
  api.request.at(version).write(writer, request);
  writer.patchSize(size);
  return writer;
}

/** A response in a writer, length included. */
export function writeResponse<Q, R>(api: Api<Q, R>, version: number, correlationId: number, response: R): Writer {
  const writer = new Writer();
  const size = writer.reserveSize();
  writer.i32(correlationId);
  api.response.at(version).write(writer, response);
  writer.patchSize(size);
  return writer;
}

/** Reads the header of a request frame (without its length); the reader stands at the body afterwards. */
export function decodeHeader(frame: Uint8Array): { readonly header: RequestHeader; readonly body: Reader } {
  const body = new Reader(frame);
  return { header: header.read(body), body };
}

/** Reads the correlation id of a response frame (without its length). */
export function correlationIdOf(frame: Uint8Array): number {
  return new Reader(frame).i32();
}

/** Reads the body of a response frame (without its length). Bytes behind the body are ignored, as servers do. */
export function decodeResponse<Q, R>(api: Api<Q, R>, version: number, frame: Uint8Array): R {
  return api.response.at(version).read(new Reader(frame, 4));
}
