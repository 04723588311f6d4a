import { expect, test } from 'vitest';
import { defineErrors } from './errors.ts';
import { jsonReplacer } from './json.ts';

interface Codes {
  readonly 'consume/lost': { readonly offset: bigint; readonly value: Uint8Array; readonly seen: readonly unknown[] };
}
const lost = defineErrors<Codes>({ 'consume/lost': { text: (c) => `offset ${c.offset} is lost`, retryable: true } });

test('an error is JSON whatever its context holds, without bytes of records', () => {
  const cause = Object.assign(new TypeError('no'), { code: 'EPIPE', cause: lost('consume/lost', facts(7n)) });
  const error = lost('consume/lost', facts(2n ** 60n), cause);
  expect(JSON.parse(JSON.stringify({ error }))).toEqual({
    error: {
      name: 'FluvioError',
      code: 'consume/lost',
      message: 'offset 1152921504606846976 is lost',
      context: { offset: '1152921504606846976', value: '6 bytes', seen: [1, { at: 2 }, null] },
      retryable: true,
      cause: {
        name: 'TypeError',
        code: 'EPIPE',
        message: 'no',
        cause: {
          name: 'FluvioError',
          code: 'consume/lost',
          message: 'offset 7 is lost',
          context: { offset: 7, value: '6 bytes', seen: [1, { at: 2 }, null] },
          retryable: true,
        },
      },
    },
  });
  expect(JSON.stringify(error)).not.toContain('115,101');
});

test('causes that go round in a circle end', () => {
  const error = lost('consume/lost', facts(1n));
  Object.assign(error, { cause: error });
  expect(JSON.stringify(error)).toContain('…');
});

test('a replacer for everything else that has offsets', () => {
  expect(JSON.stringify({ partition: 1, offset: 5n, far: 2n ** 60n, key: null }, jsonReplacer)).toBe(
    '{"partition":1,"offset":5,"far":"1152921504606846976","key":null}',
  );
});

function facts(offset: bigint): Codes['consume/lost'] {
  return { offset, value: new TextEncoder().encode('secret'), seen: [1n, { at: 2n }, null] };
}
