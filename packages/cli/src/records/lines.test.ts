import { expect, test } from 'vitest';
import { type Line, linesOf } from './lines.ts';

const LIMIT = 16;

async function cut(chunks: readonly Uint8Array[], limit = LIMIT): Promise<readonly (string | number)[]> {
  const lines: (string | number)[] = [];
  const show = (line: Line) => (line.kind === 'line' ? line.bytes.toString('latin1') : line.sizeBytes);
  async function* source() {
    yield* chunks;
  }
  for await (const some of linesOf(source(), limit)) lines.push(...some.map(show));
  return lines;
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

test.each([
  ['', []],
  ['one', ['one']],
  ['one\n', ['one']],
  ['one\ntwo\n', ['one', 'two']],
  ['\n', ['']],
  ['\n\n', ['', '']],
  ['one\r\ntwo\r\n', ['one', 'two']],
  ['a\rb\n', ['a\rb']],
  ['a\r', ['a']],
  ['\xff\xfe\x80\n\xc3\n', ['\xff\xfe\x80', '\xc3']],
  ['0123456789abcdef\n', ['0123456789abcdef']],
  ['0123456789abcdef\r\n', ['0123456789abcdef']],
  ['0123456789abcdefg\n', [17]],
  ['0123456789abcdefg\nx\n', [17, 'x']],
  [`${'x'.repeat(100)}\nshort\n${'y'.repeat(40)}`, [100, 'short', 40]],
])('%o has the lines %o, wherever chunks end', async (text, wanted) => {
  const whole = bytes(text);
  expect(await cut([whole])).toEqual(wanted);
  expect(await cut([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(wanted);
  for (let at = 0; at <= whole.length; at++) {
    expect(await cut([whole.subarray(0, at), whole.subarray(at)])).toEqual(wanted);
  }
});

test('of a line without end no more is kept than a record may have', async () => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  async function* endless() {
    for (let i = 0; i < 200; i++) {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
      yield chunk;
    }
  }
  const lines: Line[] = [];
  for await (const some of linesOf(endless(), 4 * chunk.length)) lines.push(...some);
  expect(lines).toEqual([{ kind: 'too-long', sizeBytes: 200 * chunk.length }]);
  expect(peak).toBeLessThan(32 * chunk.length);
});
