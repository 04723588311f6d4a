import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EarlyAck } from './early-ack.ts';
import { earlyAck } from './early-ack.ts';

/** A frame of so many bytes behind its length, in two chunks. */
const frame = (size: number, fill: number): readonly Uint8Array[] => {
  const bytes = new Uint8Array(4 + size).fill(fill, 4);
  new DataView(bytes.buffer).setInt32(0, size);
  return size > 2 ? [bytes.slice(0, 6), bytes.slice(6)] : [bytes];
};

const FILLER = 9;
const filler = (): readonly Uint8Array[] => frame(20, FILLER);

const credited = (ack: EarlyAck): void => {
  ack.framed('credit', 30);
  ack.read({ sizeBytes: 34, pendingBytes: 0, announcedBytes: 0 });
};
const answered = (ack: EarlyAck): void => {
  ack.framed('answer', 200);
  ack.read({ sizeBytes: 204, pendingBytes: 0, announcedBytes: 0 });
};

const started = (): {
  readonly ack: EarlyAck;
  readonly sent: number[];
  readonly clock: { ms: number };
  send(chunks: readonly Uint8Array[]): void;
} => {
  const sent: number[] = [];
  const take = (bytes: Uint8Array): void => {
    for (const byte of bytes) sent.push(byte);
  };
  const clock = { ms: 0 };
  const ack = earlyAck(take, filler, () => clock.ms);
  return { ack, sent, clock, send: (chunks) => ack.rest(chunks).forEach(take) };
};

/** The head of a short answer by itself, and then the rest of it. */
const answerInPieces = (ack: EarlyAck, sizeBytes: number): void => {
  ack.read({ sizeBytes: 58, pendingBytes: 58, announcedBytes: sizeBytes });
  ack.framed('answer', sizeBytes);
  ack.read({ sizeBytes: sizeBytes - 58, pendingBytes: 0, announcedBytes: 0 });
};

describe('earlyAck', () => {
  it('writes nothing to a server that sends each answer in one piece', () => {
    const { ack, sent } = started();
    for (let i = 0; i < 50; i++) {
      credited(ack);
      answered(ack);
    }
    expect(sent).toEqual([]);
  });

  it('begins the next frame where a server sends heads by themselves, and goes on with it', () => {
    const { ack, sent, send } = started();
    answerInPieces(ack, 200);
    expect(sent).toEqual([]);
    answerInPieces(ack, 200);
    expect(sent).toEqual([0]);
    send(frame(30, 1));
    expect(sent).toEqual([0, 0, 0, 30, ...Array(30).fill(1)]);
    credited(ack);
    expect(sent.slice(34)).toEqual([0]);
  });

  const credits = (ack: EarlyAck, clock: { ms: number }, silenceMs: number, count: number): void => {
    for (let i = 0; i < count; i++) {
      ack.rest(frame(30, 1));
      credited(ack);
      clock.ms += silenceMs;
      answered(ack);
    }
  };

  it('is tried where a server falls silent for as long as a kernel waits, and kept where that helps', () => {
    const { ack, sent, clock } = started();
    credits(ack, clock, 41, 3);
    expect(sent).toEqual([]);
    credits(ack, clock, 1, 10);
    expect(sent).toHaveLength(10);
    // A record every so often is no stall any more.
    credits(ack, clock, 45, 10);
    expect(sent).toHaveLength(20);
  });

  it('is left alone where it does not help: records that happen to come so often', () => {
    const { ack, sent, clock } = started();
    credits(ack, clock, 45, 3 + 4);
    expect(sent).toHaveLength(4);
    credits(ack, clock, 45, 5);
    expect(sent).toHaveLength(4);
    credits(ack, clock, 500, 100);
    expect(sent).toHaveLength(4);
  });

  it('is silent while answers are large', () => {
    const { ack, sent } = started();
    for (let i = 0; i < 3; i++) answerInPieces(ack, 200);
    const before = sent.length;
    ack.framed('answer', 1_000_000);
    for (let i = 0; i < 20; i++) {
      credited(ack);
      ack.read({ sizeBytes: 65_536, pendingBytes: 65_536, announcedBytes: 1_000_000 });
      ack.framed('answer', 1_000_000);
      ack.read({ sizeBytes: 10, pendingBytes: 0, announcedBytes: 0 });
    }
    expect(sent).toHaveLength(before);
  });

  it('never loses or repeats a byte of a frame, whatever comes when', () => {
    const event = fc.oneof(
      fc.constant('answer' as const),
      fc.constant('credit' as const),
      fc.oneof(
        { weight: 20, arbitrary: fc.integer({ min: 4, max: 600 }) },
        { weight: 1, arbitrary: fc.constantFrom(65_531, 65_536) },
      ),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        const { ack, sent, send } = started();
        const wanted: number[] = [];
        for (const each of events) {
          if (each === 'answer') answerInPieces(ack, 200);
          else if (each === 'credit') credited(ack);
          else {
            wanted.push(each);
            send(frame(each, 1));
          }
        }
        send(frame(5, 1));
        expect(framesIn(sent)).toEqual([...wanted, 5]);
      }),
      { numRuns: 100 },
    );
  });
});

/** Sizes of the frames in these bytes, fillers left out; the bytes must end with a frame. */
function framesIn(sent: readonly number[]): number[] {
  const bytes = Uint8Array.from(sent);
  const view = new DataView(bytes.buffer);
  const sizes: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const size = view.getInt32(at);
    const body = bytes.subarray(at + 4, at + 4 + size);
    expect(body.every((byte) => byte === body[0])).toBe(true);
    if (body[0] !== FILLER) sizes.push(size);
    at += 4 + size;
  }
  expect(at).toBe(bytes.length);
  return sizes;
}
