/** `@fluvio-ts/protocol`: every message there and back, batches, checksums, key hashes, frames and errors. */
import type { Api, RecordBlock } from '@fluvio-ts/protocol';
import {
  BatchBuilder,
  crc32c,
  decodeHeader,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  FluvioError,
  frameSplitter,
  hashKey,
  isFluvioError,
  negotiate,
  partitionForKey,
  readBatches,
  scApis,
  spuApis,
} from '@fluvio-ts/protocol';
import { describeFrame, frameLine, framesInText } from '@fluvio-ts/protocol/describe';
import type { Check } from '../check.ts';
import { equal, throws } from '../check.ts';
import { sampleOf } from './samples.ts';

/**
 * The checksum of every sample's frame, one after another: every runtime must write the same bytes. It changes with the
 * schemas; a failing check tells the new one.
 */
const CHECKSUM_OF_ALL = 'd9554094';

const apis = [...Object.values(scApis), ...Object.values(spuApis)] as unknown as readonly Api<unknown, unknown>[];
const utf8 = new TextEncoder();

export const protocolChecks: readonly Check[] = [
  ...apis.map((api) => ({
    name: `${api.server.toUpperCase()} ${api.name} comes back as it was, at every version`,
    run: () => {
      for (const { version, turn } of turns(api)) roundTrip(api, version, turn);
    },
  })),
  {
    name: 'messages have the same bytes everywhere',
    run: () => {
      let sum = 0;
      for (const api of apis) {
        for (const { version, turn } of turns(api)) {
          for (const frame of roundTrip(api, version, turn)) sum = (sum * 31 + crc32c(frame)) >>> 0;
        }
      }
      equal(sum.toString(16), CHECKSUM_OF_ALL);
    },
  },
  {
    name: 'a batch has the bytes of the protocol document',
    run: () => {
      const builder = new BatchBuilder({ firstTimestampMs: 1_700_000_000_000 });
      builder.add('k', 'hello', 1_700_000_000_000);
      builder.add(null, 'world', 1_700_000_000_001);
      equal(
        hexOf(builder.finish()),
        '00000000000000000000004bffffffff02686b2d630000000000010000018bcfe568000000018bcfe56801' +
          'ffffffffffffffffffffffffffff000000021a00000001026b0a68656c6c6f0016000202000a776f726c6400',
      );
    },
  },
  {
    name: 'batches give back their records',
    run: () => {
      const values = Array.from({ length: 500 }, (_, i) => 'é'.repeat(i));
      const builder = new BatchBuilder();
      for (const [i, value] of values.entries()) builder.add(i % 2 === 0 ? null : value, utf8.encode(value), 1000 + i);
      const bytes = builder.finish();
      const { batches } = readBatches(bytes);
      equal(batches.length, 1);
      for (const batch of batches) batch.verifyCrc();
      const records = batches.flatMap((batch) => [...(batch.open() as RecordBlock)]);
      equal(
        records.map((record) => [record.index, record.timestampMs, record.keyText(), record.text()]),
        values.map((value, i) => [i, 1000 + i, i % 2 === 0 ? null : value, value]),
      );
      equal(readBatches(bytes.subarray(0, -1)).missingBytes, 1);
    },
  },
  {
    name: 'CRC-32C',
    run: () => {
      equal(crc32c(utf8.encode('123456789')), 0xe306_9283);
      // Long enough for whole words, at every alignment.
      const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i & 0xff);
      for (let from = 0; from < 8; from++) {
        let crc = -1;
        for (const byte of bytes.subarray(from)) {
          crc ^= byte;
          for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
        }
        equal(crc32c(bytes, from), ~crc >>> 0);
      }
    },
  },
  {
    name: 'keys go where the Rust client puts them',
    run: () => {
      equal(hashKey(utf8.encode('key')), { hi: 0x1bf9_4d51, lo: 0x7402_7fca });
      equal(partitionForKey(utf8.encode('key'), 3), 2);
      equal(partitionForKey(new Uint8Array(0), 7), 3);
      equal(partitionForKey(utf8.encode('hello world, this is key'), 16), 6);
    },
  },
  {
    name: 'frames, however the stream is cut',
    run: () => {
      const stream = Uint8Array.of(0, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0, 4, 6, 7, 8, 9);
      for (let size = 1; size <= stream.length; size++) {
        const splitter = frameSplitter();
        const frames: Uint8Array[] = [];
        for (let at = 0; at < stream.length; at += size) {
          splitter.push(stream.subarray(at, at + size), (frame) => frames.push(frame));
        }
        equal(frames, [Uint8Array.of(1, 2, 3, 4, 5), Uint8Array.of(6, 7, 8, 9)]);
      }
    },
  },
  {
    name: 'errors have codes, contexts and texts',
    run: async () => {
      await throws('wire/frame-too-large', () => frameSplitter(8).push(Uint8Array.of(0, 0, 0, 9), () => {}));
      await throws('wire/truncated', () => decodeHeader(Uint8Array.of(0, 18)));
      await throws('wire/unwritable', () => new BatchBuilder().finish());
      await throws('wire/invalid', () => decodeResponse(scApis.Create, 19, Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0, 2)));
      await throws('version/unsupported', () =>
        negotiate(scApis.List as Api<unknown, unknown>, [{ apiKey: 1003, minVersion: 1, maxVersion: 9 }], 'SC'),
      );
      const cause = new TypeError('why');
      const error = new FluvioError('a/b', 'text', { context: { n: 1 }, retryable: true, cause });
      equal(isFluvioError(error, 'a/b') && !isFluvioError(error, 'a/c') && !isFluvioError(cause), true);
      equal(
        [error.name, error.message, error.context, error.retryable, error.cause],
        ['FluvioError', 'text', { n: 1 }, true, cause],
      );
    },
  },
  {
    name: 'frames for people',
    run: () => {
      const request = '00000023 03ea 0019 00000003 0006666c7576696f 00000001 0005746f706963 00000001 00000000';
      for (const text of [request, 'AAAAIwPqABkAAAADAAZmbHV2aW8AAAABAAV0b3BpYwAAAAEAAAAA']) {
        equal(
          framesInText(text).map(({ frame }) =>
            frameLine(describeFrame(frame, { server: 'spu', direction: 'request' })),
          ),
          [
            '→ SPU FetchOffsets v25 #3, 35 bytes: {"topics":[{"name":"topic","partitions":[{"partitionIndex":0}]}],' +
              '"consumerId":null}',
          ],
        );
      }
    },
  },
  {
    name: 'texts are UTF-8 and nothing else',
    run: async () => {
      await throws('wire/invalid', () => decodeHeader(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0xc3, 0x28)));
      await throws('wire/unwritable', () => encodeRequest(spuApis.UpdateOffsets, 0, 1, '\ud800', { offsets: [] }));
    },
  },
];

/** Versions of an API, each with another sample. */
function turns({ min, max }: Api<unknown, unknown>): { readonly version: number; readonly turn: number }[] {
  return Array.from({ length: (max - min + 1) * 4 }, (_, turn) => ({ version: min + (turn >> 2), turn }));
}

/** Encodes, decodes and compares one request and one response, and returns the frames. */
function roundTrip(api: Api<unknown, unknown>, version: number, turn: number): readonly Uint8Array[] {
  const request = sampleOf(api.request, version, turn);
  const asked = encodeRequest(api, version, turn, 'matrix', request);
  const { header, body } = decodeHeader(asked.subarray(4));
  equal(header, { apiKey: api.key, apiVersion: version, correlationId: turn, clientId: 'matrix' });
  equal(api.request.at(version).read(body), request);
  equal(body.remaining, 0);

  const response = sampleOf(api.response, version, turn);
  const answered = encodeResponse(api, version, turn, response);
  equal(decodeResponse(api, version, answered.subarray(4)), response);
  return [asked, answered];
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
