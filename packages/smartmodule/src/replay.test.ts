/** What a real cluster answered through SmartModules, against what this package makes of the same requests. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  type Api,
  type Batch,
  decodeHeader,
  decodeResponse,
  type ErrorCode,
  isFluvioError,
  NO_ERROR,
  type ProduceRequest,
  type ProduceResponse,
  type RecordBlock,
  readBatches,
  rewriteBatch,
  type SmartModuleInvocation,
  type StreamFetchRequest,
  type StreamFetchResponse,
  spuApis,
} from '@fluvio-ts/protocol';
import { expect, test } from 'vitest';
import { startChain } from './chain.ts';
import { toErrorCode } from './error-code.ts';
import type { SmartModuleError } from './errors.ts';
import { resolveInvocations } from './invocations.ts';
import { transformProduce, transformStream } from './transform.ts';

interface Frame {
  readonly name: string;
  readonly role: 'sc' | 'spu';
  readonly dir: 'req' | 'res';
  readonly conn: number;
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly hex: string;
}

const folder = process.env.FLUVIO_VECTORS ?? join(import.meta.dirname, '../../../../shared/vectors');
const file = join(folder, 'smartmodules.json');
const frames: readonly Frame[] = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as { frames: Frame[] }).frames.filter(({ role }) => role === 'spu')
  : [];

const bytesOf = ({ hex }: Frame): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex')).subarray(4);

function request<Q, R>(api: Api<Q, R>, frame: Frame): Q {
  const { header, body } = decodeHeader(bytesOf(frame));
  return api.request.at(header.apiVersion).read(body);
}

const isText = (wasm: Uint8Array): boolean => wasm[0] !== 0;
const gunzip = (bytes: Uint8Array): Uint8Array => new Uint8Array(gunzipSync(bytes));

/** Modules that the captures send along, by what they do: the ones that they name instead were stored as the same bytes. */
function storedModules(): Map<string, Uint8Array> {
  const modules = new Map<string, Uint8Array>();
  for (const frame of frames) {
    if (frame.dir !== 'req' || frame.apiKey !== spuApis.StreamFetch.key) continue;
    for (const { wasm } of request(spuApis.StreamFetch, frame).smartmodules) {
      if (wasm.kind !== 'adHoc') continue;
      let bytes: Uint8Array;
      try {
        bytes = gunzip(wasm.gzippedWasm);
      } catch {
        continue;
      }
      if (isText(bytes)) continue;
      const text = Buffer.from(bytes).toString('latin1');
      const does = text.includes('needle') ? 'filter-needle' : text.includes('bang') ? 'filter-fail' : undefined;
      modules.set(does ?? (text.includes('\x03map\x00') ? 'map-upper' : 'filter-a'), wasm.gzippedWasm);
    }
  }
  return modules;
}

/** What clients see, without what is known to differ: times, deltas and checksums. */
interface Seen {
  readonly error: ErrorCode;
  readonly records: readonly (readonly [key: string | null, value: string])[];
  readonly base: bigint | undefined;
  readonly next: bigint;
}

function seenIn(records: Uint8Array, error: ErrorCode, next: bigint): Seen {
  const { batches } = readBatches(records);
  return {
    error,
    next,
    base: batches[0]?.baseOffset,
    records: batches.flatMap((batch) =>
      [...(batch.open() as RecordBlock)].map((record) => [record.keyText(), record.text()] as const),
    ),
  };
}

/** A partition, filled by the produce requests of its case. */
class Log {
  readonly batches: Batch[] = [];
  end = 0n;

  append(records: Uint8Array): void {
    for (const batch of readBatches(records).batches) {
      const bytes = batch.bytes.slice();
      rewriteBatch(bytes, { baseOffset: this.end, crc: 'compute' });
      const [stored] = readBatches(bytes).batches;
      if (stored === undefined) throw new Error('no batch');
      this.batches.push(stored);
      this.end = stored.nextOffset;
    }
  }
}

const stored = storedModules();

async function chainOf(invocations: readonly SmartModuleInvocation[], version: number) {
  const find = (name: string): Uint8Array | undefined => {
    if (name.endsWith('absent')) return undefined;
    // This one was stored as plain WebAssembly on purpose.
    if (name.endsWith('-rawsm')) return new Uint8Array([0, 0x61, 0x73, 0x6d]);
    for (const [what, wasm] of stored) if (name.endsWith(what)) return wasm;
    return stored.get('filter-a');
  };
  return startChain(await resolveInvocations(invocations, { find, gunzip }), { version });
}

async function orErrorCode<T>(during: 'consume' | 'produce', run: () => Promise<T>): Promise<T | ErrorCode> {
  try {
    return await run();
  } catch (error) {
    if (!isFluvioError(error) || !error.code.startsWith('smartmodule/')) throw error;
    return toErrorCode(error as SmartModuleError, during);
  }
}

async function streamed(log: Log, fetch: StreamFetchRequest, from: bigint, version: number): Promise<Seen> {
  const outcome = await orErrorCode('consume', async () => {
    const chain = await chainOf(fetch.smartmodules, version);
    const { records, nextOffset, error } = await transformStream(chain, log.batches, {
      fromOffset: from,
      maxBytes: fetch.maxBytes,
    });
    return seenIn(records, error === undefined ? NO_ERROR : toErrorCode(error, 'consume'), nextOffset);
  });
  return 'kind' in outcome ? seenIn(new Uint8Array(0), outcome, 0n) : outcome;
}

/** Texts of other libraries: of their gzip, their WebAssembly. */
const withoutForeignText = (error: ErrorCode): ErrorCode =>
  error.kind === 'SmartModuleInvalid'
    ? { ...error, error: '' }
    : error.kind === 'SmartModuleChainInitError' && !error.message.includes('SmartModule Init Error')
      ? { ...error, message: '' }
      : error;

interface Compared {
  readonly case: string;
  readonly ours: Seen;
  readonly real: Seen;
}

/** Replays every case; gives the pairs of stream answers, and those of produce answers. */
async function replay(): Promise<{ streams: Compared[]; produces: [string, ErrorCode, ErrorCode][] }> {
  const streams: Compared[] = [];
  const produces: [string, ErrorCode, ErrorCode][] = [];
  const logs = new Map<string, Log>();
  const logOf = (topic: string): Log => {
    const log = logs.get(topic) ?? new Log();
    logs.set(topic, log);
    return log;
  };
  let fetch: { readonly request: StreamFetchRequest; readonly version: number; from: bigint } | undefined;
  let produced: { readonly request: ProduceRequest; readonly frame: Frame } | undefined;
  for (const frame of frames) {
    if (frame.apiKey === spuApis.Produce.key && frame.dir === 'req') {
      produced = { request: request(spuApis.Produce, frame), frame };
      for (const { name, partitions } of produced.request.topics) {
        for (const { records } of partitions) {
          const outcome = await orErrorCode('produce', async () => {
            if (produced === undefined || produced.request.smartmodules.length === 0) return { records };
            const chain = await chainOf(produced.request.smartmodules, frame.apiVersion);
            return transformProduce(chain, readBatches(records).batches);
          });
          const error =
            'kind' in outcome
              ? outcome
              : 'error' in outcome && outcome.error
                ? toErrorCode(outcome.error, 'produce')
                : NO_ERROR;
          if (!('kind' in outcome)) logOf(name).append(outcome.records);
          produces.push([frame.name, error, NO_ERROR]);
        }
      }
    } else if (frame.apiKey === spuApis.Produce.key) {
      const { responses } = decodeResponse(spuApis.Produce, frame.apiVersion, bytesOf(frame)) as ProduceResponse;
      const errors = responses.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode));
      const last = produces.at(-1);
      if (last !== undefined && errors[0] !== undefined) last[2] = errors[0];
    } else if (frame.apiKey === spuApis.StreamFetch.key && frame.dir === 'req') {
      const decoded = request(spuApis.StreamFetch, frame);
      fetch = { request: decoded, version: frame.apiVersion, from: decoded.fetchOffset };
    } else if (frame.apiKey === spuApis.StreamFetch.key && fetch !== undefined) {
      const { partition } = decodeResponse(
        spuApis.StreamFetch,
        frame.apiVersion,
        bytesOf(frame),
      ) as StreamFetchResponse;
      if (fetch.request.smartmodules.length === 0) continue;
      const real = seenIn(partition.records, partition.errorCode, partition.nextFilterOffset);
      const ours = await streamed(logOf(fetch.request.topic), fetch.request, fetch.from, fetch.version);
      fetch.from = real.next;
      streams.push({ case: frame.name, ours, real });
    }
  }
  return { streams, produces };
}

test(`answers as a real cluster did`, async ({ skip }) => {
  skip(frames.length === 0, `no captures: ${file} does not exist (set FLUVIO_VECTORS)`);
  const { streams, produces } = await replay();
  const text = 'raw:sm-text-module';
  // Where ours goes on behind the refused record, the real one goes on behind its whole batch.
  const refused = 'raw:sm-runtime-error';
  for (const { case: name, ours, real } of streams) {
    if (name === text) expect(ours.error.kind).toBe('SmartModuleChainInitError');
    else {
      const expected = name === refused ? { ...real, next: 7n } : real;
      expect({ ...ours, error: withoutForeignText(ours.error) }, name).toEqual({
        ...expected,
        error: withoutForeignText(real.error),
      });
    }
  }
  for (const [name, ours, real] of produces) expect(ours, name).toEqual(real);
  expect(streams.length).toBe(22);
  expect(produces.filter(([, , error]) => error.kind !== 'None')).toHaveLength(2);
});
