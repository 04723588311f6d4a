import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFluvioError } from './errors.ts';
import { frameSplitter } from './frames.ts';

const framed = (body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(4 + body.length);
  new DataView(bytes.buffer).setInt32(0, body.length);
  bytes.set(body, 4);
  return bytes;
};

test('frames come out whole and in order, however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 4, maxLength: 60 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1 }),
      fc.constantFrom(undefined, 1, 7, 64),
      (bodies, sizes, reserve) => {
        const stream = new Uint8Array(bodies.flatMap((body) => [...framed(body)]));
        const splitter = frameSplitter(undefined, reserve);
        const got: Uint8Array[] = [];
        const lent = new Uint8Array(25);
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = Math.min(sizes[i % sizes.length] as number, stream.length - at);
          lent.set(stream.subarray(at, at + size));
          splitter.push(lent.subarray(0, size), (frame) => got.push(frame));
          lent.fill(0xee); // a lent chunk is overwritten by the next read
          at += size;
        }
        expect(got).toEqual(bodies);
        expect(splitter.pendingBytes).toBe(0);
      },
    ),
  );
});

test('frames come out the same for every size of chunks', () => {
  const bodies = [4, 5, 17, 300].map((size) => Uint8Array.from({ length: size }, (_, i) => i + size));
  const stream = new Uint8Array(bodies.flatMap((body) => [...framed(body)]));
  for (let size = 1; size <= stream.length; size++) {
    const splitter = frameSplitter();
    const got: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += size) {
      splitter.push(stream.subarray(at, at + size), (frame) => got.push(frame));
    }
    expect(got, `chunks of ${size}`).toEqual(bodies);
  }
});

test.each([-1, -5, 0, 3, 1025, 0x7fff_ffff])('a length of %d is refused before memory is taken', (length) => {
  const prefix = new Uint8Array(4);
  new DataView(prefix.buffer).setInt32(0, length);
  const refused = (): void => frameSplitter(1024).push(prefix, () => {});
  expect(refused).toThrow(/limit of 1024/);
  try {
    refused();
  } catch (error) {
    expect(isFluvioError(error, 'wire/frame-too-large')).toBe(true);
  }
});

test('an unfinished frame is visible', () => {
  const splitter = frameSplitter();
  splitter.push(new Uint8Array([0, 0]), () => {});
  expect(splitter.pendingBytes).toBe(2);
  splitter.push(new Uint8Array([0, 9, 1, 2, 3]), () => {});
  expect(splitter.pendingBytes).toBe(7);
});

test('memory for a frame of an untrusted peer grows with what has arrived', () => {
  const splitter = frameSplitter(1 << 20, 1024);
  splitter.push(framed(new Uint8Array(100_000)).subarray(0, 4), () => {});
  expect(splitter.heldBytes).toBe(1024);
  for (let sent = 0; sent < 99_999; sent++) {
    splitter.push(new Uint8Array(1), () => {});
    expect(splitter.heldBytes).toBeLessThanOrEqual(Math.max(1024, 2 * (sent + 1)));
  }
  let size = 0;
  splitter.push(new Uint8Array(1), (frame) => {
    size = frame.length;
  });
  expect([size, splitter.heldBytes]).toEqual([100_000, 0]);
});
