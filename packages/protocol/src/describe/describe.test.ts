import { beforeEach, describe, expect, it } from 'vitest';
import { fromHex, loadVectors } from '../golden/vectors.ts';
import { encodeRequest, encodeResponse } from '../messages/envelope.ts';
import { NO_ERROR } from '../messages/error-code.ts';
import { List } from '../messages/sc/apis.ts';
import { Produce } from '../messages/spu/produce.ts';
import { UpdateOffsets } from '../messages/spu/stream-fetch.ts';
import { BatchBuilder } from '../records/batch-builder.ts';
import type { Codec } from '../records/codec.ts';
import type { FrameDescription, Part } from './index.ts';
import { conversation, describeFrame, frameLine, framesInText, guessFrame } from './index.ts';

const listRequest = fromHex(
  '03eb 0013 00000002 0006 666c7576696f 0005 546f706963 00000011 00000001 0003 666f6f 01 00 ffff ffff ffff',
);
const request = { direction: 'request' } as const;

/** Parts without parts, in order. */
const leaves = (parts: readonly Part[]): Part[] =>
  parts.flatMap((part) => (part.parts === undefined ? [part] : leaves(part.parts)));

const found = (description: FrameDescription, name: string): Part | undefined =>
  leaves(description.parts).find((part) => part.name === name);

/** A produce request of one partition with these record bytes. */
const producing = (records: Uint8Array): Uint8Array =>
  encodeRequest(Produce, 25, 1, 'me', {
    transactionalId: undefined,
    isolation: 'read_committed',
    timeoutMs: 1,
    topics: [{ name: 't', partitions: [{ partitionIndex: 0, records }] }],
    smartmodules: [],
  }).subarray(4);

const recordsOf = (description: FrameDescription): unknown => {
  const message = description.message as {
    readonly topics: readonly { readonly partitions: readonly { readonly records: unknown }[] }[];
  };
  return message.topics[0]?.partitions[0]?.records;
};

const batchOf = (values: readonly (string | Uint8Array)[], codec?: Codec): Uint8Array => {
  const builder = new BatchBuilder({ firstTimestampMs: 5000 });
  for (const [i, value] of values.entries()) builder.add(i === 0 ? null : 'k', value, 5000 + i);
  return builder.finish(codec) as Uint8Array;
};

describe('a frame', () => {
  it('says who asks what, and which bytes say it', () => {
    const description = describeFrame(listRequest, { server: 'sc', ...request });
    expect(description).toMatchObject({
      api: 'List',
      apiKey: 1003,
      version: 19,
      correlationId: 2,
      clientId: 'fluvio',
      bytes: listRequest.length,
      message: { label: 'Topic', body: { nameFilters: ['foo'], summary: true, system: false } },
    });
    expect(found(description, '[0]')).toEqual({ name: '[0]', type: 'string', from: 31, to: 36, value: 'foo' });
    expect(found(description, 'summary')).toEqual({ name: 'summary', type: 'bool', from: 36, to: 37, value: true });
    expect(found(description, 'skipped')).toMatchObject({ from: 38, to: 44, value: { hex: 'ffffffffffff' } });
    expect(frameLine(description)).toBe(
      '→ SC List v19 #2, 44 bytes: {"label":"Topic","body":{"nameFilters":["foo"],"summary":true,"system":false}}',
    );
  });

  it('means something else on another server', () => {
    const description = describeFrame(fromHex('03ea 0019 00000003 0000 00000000'), { server: 'spu', ...request });
    expect(description).toMatchObject({ api: 'FetchOffsets', message: { topics: [] } });
    expect(describeFrame(fromHex('03ea 0013 00000003 0000'), { server: 'sc', ...request }).api).toBe('Delete');
  });

  it('is read as far as it can be', () => {
    const cut = describeFrame(listRequest.subarray(0, 34), { server: 'sc', ...request });
    expect(cut.message).toBeUndefined();
    expect(cut.error).toEqual({ code: 'wire/truncated', message: expect.stringContaining('ends at byte 34') });
    expect(leaves(cut.parts).at(-1)).toMatchObject({ name: 'size', from: 23, to: 27 });
    expect(cut.rest).toEqual({ hex: '000000010003 66'.replace(' ', '') });
    expect(frameLine(cut)).toContain('cannot be read: the message ends at byte 34');
    expect(describeFrame(new Uint8Array(3), { server: 'sc', ...request }).error?.code).toBe('wire/truncated');
  });

  it('is read at any version, also at one that there cannot be', () => {
    const create = fromHex('03e9 ffff 00000003 0006 666c7576696f 0005 68656c6c6f 00 00 01 00000001 00000001 00');
    expect(describeFrame(create, { server: 'sc', ...request })).toMatchObject({
      version: -1,
      message: { label: 'Topic', body: { name: 'hello', spec: { compressionType: 'Any' } } },
    });
  });

  it('of an unknown API, or an answer to an unknown request, shows its bytes', () => {
    const unknown = describeFrame(fromHex('03e7 0001 00000009 0000 aabb'), { server: 'sc', ...request });
    expect(unknown).toMatchObject({ apiKey: 999, rest: { hex: 'aabb' } });
    expect(unknown.error?.message).toContain('no API of the SC has key 999');
    const answer = describeFrame(fromHex('00000009 aabb'), { server: 'sc', direction: 'response' });
    expect(answer).toMatchObject({ correlationId: 9, rest: { hex: 'aabb' } });
    expect(answer.error).toBeUndefined();
    expect(frameLine(answer)).toBe('← SC an answer to an unknown request #9, 6 bytes: {"hex":"aabb"}');
  });

  it('shows the beginning of what is long', () => {
    const description = describeFrame(producing(new Uint8Array(0)), { server: 'spu', ...request, maxBytes: 2 });
    expect(recordsOf(description)).toEqual({ hex: '' });
    const long = describeFrame(fromHex(`03e7 0001 00000009 0000 ${'ab'.repeat(9)}`), {
      server: 'sc',
      ...request,
      maxBytes: 2,
    });
    expect(long.rest).toEqual({ hex: 'abab', bytes: 9 });
  });
});

describe('record sets', () => {
  const show = { server: 'spu', ...request } as const;

  it('show their batches and records', () => {
    const records = batchOf(['plain', 'é\n', Uint8Array.of(0, 255), 'long text'.repeat(9)]);
    const description = describeFrame(producing(records), { ...show, maxBytes: 10 });
    expect(recordsOf(description)).toEqual({
      bytes: records.length,
      batches: [
        {
          baseOffset: 0,
          nextOffset: 4,
          bytes: records.length,
          crc: 'right',
          codec: 'none',
          records: [
            { offset: 0, timestampMs: 5000, key: null, value: 'plain' },
            { offset: 1, timestampMs: 5001, key: 'k', value: 'é\n' },
            { offset: 2, timestampMs: 5002, key: 'k', value: { hex: '00ff' } },
            { offset: 3, timestampMs: 5003, key: 'k', value: 'long textl…' },
          ],
        },
      ],
    });
    expect(found(description, 'lastOffsetDelta')?.value).toBe(3);
    expect(found(description, 'value')).toMatchObject({ type: 'varBytes', value: 'plain' });
  });

  it('show no more records than they should', () => {
    const description = describeFrame(producing(batchOf(['a', 'b', 'c', 'd'])), { ...show, maxRecords: 3 });
    expect(recordsOf(description)).toMatchObject({ batches: [{ records: [{}, {}, {}, '1 more'] }] });
    expect(found(description, 'more')?.value).toBe('1 more records');
  });

  it('tell a cut batch, a wrong checksum and damage apart', () => {
    const batch = batchOf(['value']);
    const cut = describeFrame(producing(batch.subarray(0, -2)), show);
    expect(recordsOf(cut)).toEqual({
      bytes: batch.length - 2,
      batches: [],
      cutBatch: { bytes: batch.length - 2, missingBytes: 2 },
    });
    expect(leaves(cut.parts).find(({ type }) => type === 'cut batch')?.value).toBe('it lacks at least 2 bytes');

    const flipped = batch.slice();
    flipped[70] = 0x55;
    expect(recordsOf(describeFrame(producing(flipped), show))).toMatchObject({
      batches: [{ crc: expect.stringContaining('its checksum is') }],
    });

    const damaged = batch.slice();
    damaged[61] = 0x7f;
    const description = describeFrame(producing(damaged), show);
    expect(recordsOf(description)).toMatchObject({
      batches: [{ notOpened: expect.stringContaining('negative length') }],
    });
    expect(found(description, 'unreadable')?.value).toContain('negative length');
    expect(description.error).toBeUndefined();

    const inside = batchOf(['first', 'second']);
    inside[65] = 5;
    const partly = describeFrame(producing(inside), show);
    expect(found(partly, 'unreadable')?.value).toContain('5 is not a boolean');
    expect(leaves(partly.parts).filter(({ name }) => name === 'value')).toMatchObject([{ value: 'second' }]);

    const nonsense = describeFrame(producing(new Uint8Array(30).fill(255)), show);
    expect(recordsOf(nonsense)).toEqual({ bytes: 30, damaged: expect.stringContaining('batch length of -1') });
    expect(found(nonsense, 'unreadable')?.value).toContain('batch length of -1');
  });

  it('open compressed batches with the codecs that they get', () => {
    const xor = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0xff);
    const codec: Codec = { name: 'zstd', compress: xor, decompress: xor };
    const frame = producing(batchOf(['packed'], codec));
    expect(recordsOf(describeFrame(frame, show))).toMatchObject({
      batches: [{ codec: 'zstd', records: [], notOpened: expect.stringContaining('no codec for it was given') }],
    });
    const opened = describeFrame(frame, { ...show, codecs: { zstd: codec } });
    expect(recordsOf(opened)).toMatchObject({ batches: [{ records: [{ value: 'packed' }] }] });
    expect(found(opened, 'payload')?.type).toBe('zstd');
    const later: Codec = { ...codec, decompress: (bytes) => Promise.resolve(xor(bytes)) };
    expect(recordsOf(describeFrame(frame, { ...show, codecs: { zstd: later } }))).toMatchObject({
      batches: [{ notOpened: 'its codec answers with a promise' }],
    });
  });
});

describe('a conversation', () => {
  it('reads answers by what was asked', () => {
    const talk = conversation('spu');
    const asked = encodeRequest(UpdateOffsets, 0, 7, 'me', { offsets: [{ offset: 5n, sessionId: 1 }] }).subarray(4);
    const answered = encodeResponse(UpdateOffsets, 0, 7, { status: [{ sessionId: 1, error: NO_ERROR }] }).subarray(4);
    expect(talk.response(answered)).toMatchObject({ correlationId: 7, rest: {} });
    expect(talk.request(asked)).toMatchObject({
      api: 'UpdateOffsets',
      message: { offsets: [{ offset: 5, sessionId: 1 }] },
    });
    for (let i = 0; i < 2; i++) {
      expect(talk.response(answered)).toMatchObject({
        api: 'UpdateOffsets',
        message: { status: [{ sessionId: 1, error: { kind: 'None' } }] },
      });
    }
  });

  it('forgets what was asked long ago', () => {
    const talk = conversation('spu');
    for (let id = 0; id <= 10_000; id++)
      talk.request(encodeRequest(UpdateOffsets, 0, id, '', { offsets: [] }).subarray(4));
    const answer = (id: number): FrameDescription =>
      talk.response(encodeResponse(UpdateOffsets, 0, id, { status: [] }).subarray(4));
    expect([answer(0).api, answer(1).api]).toEqual([undefined, 'UpdateOffsets']);
  });
});

describe('a frame of which nothing is known', () => {
  it('is a request if it can be one', () => {
    const [first] = guessFrame(listRequest);
    expect(first).toMatchObject({ server: 'sc', direction: 'request', api: 'List' });
  });

  it('is an answer otherwise', () => {
    const frame = encodeResponse(List, 15, 3, { label: 'SmartModule', body: [] }).subarray(4);
    const guesses = guessFrame(frame).map(({ server, direction, api }) => `${server} ${direction} ${api}`);
    expect(guesses).toContain('sc response List');
    expect(guessFrame(fromHex('ffff'))).toEqual([]);
  });
});

describe('captured frames', () => {
  const vectors = loadVectors();

  beforeEach((context) => {
    if (vectors.kind === 'absent') context.skip(vectors.reason);
  });

  it('are described to their last byte, but for those that are wrong on purpose', () => {
    const frames = vectors.kind === 'present' ? vectors.frames : [];
    const failed = frames.filter(({ role, dir, apiKey, apiVersion, bytes }) => {
      const description = describeFrame(bytes, {
        server: role,
        direction: dir === 'req' ? 'request' : 'response',
        answers: { apiKey, apiVersion },
        maxRecords: 3,
      });
      expect(JSON.parse(JSON.stringify(description))).toEqual(description);
      let end = 0;
      for (const part of leaves(description.parts)) {
        expect(part.from).toBe(end);
        end = part.to;
      }
      return description.error !== undefined || end !== bytes.length;
    });
    expect(failed.map(({ name }) => name)).toEqual([
      'raw:sc-unknown-key-closes',
      'raw:sc-topic-update-unknown-action-closes',
      'raw:spu-produce-negative-timeout-closes',
    ]);
  });

  it('are found in a capture file with what is known of them', () => {
    const [frame] = framesInText(
      '{"flow": "x", "frames": [{"name": "a:b", "role": "spu", "dir": "res", "apiKey": 1005, "apiVersion": 0, "hex": "0000000e00000007000000010000000100 00"}]}',
    );
    expect(frame).toMatchObject({
      name: 'a:b',
      server: 'spu',
      direction: 'response',
      answers: { apiKey: 1005, apiVersion: 0 },
    });
    expect(frame?.frame).toHaveLength(14);
  });
});
