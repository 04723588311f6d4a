import { isFluvioError } from '@fluvio-ts/protocol';
import { expect, test } from 'vitest';
import { clientSmartModules } from './consumer-transform.ts';
import { batchAt, module, seen } from './testing/modules.ts';

const T = 1_700_000_000_000;

test('what passes keeps its offset and its time, also where records between are left out', async () => {
  const chain = await clientSmartModules([module('filter-contains', { params: { needle: 'a' } })]).start();
  const batch = batchAt(10n, ['a1', 'b', 'b', 'a2', 'b']);
  const { records, nextOffset, error } = await chain.apply(batch, { fromOffset: 0n, codecs: {} });
  expect(seen(records).flatMap((each) => each.records)).toEqual([
    [10n, T, 'a1'],
    [13n, T + 3, 'a2'],
  ]);
  expect([nextOffset, error]).toEqual([15n, undefined]);
  await chain.close();
});

test('a record that is refused is told, with what came before it; the chain goes on behind it', async () => {
  const chain = await clientSmartModules([module('filter-odd-fail')]).start();
  const batch = batchAt(5n, ['1', '3', 'no number', '5']);
  const first = await chain.apply(batch, { fromOffset: 0n, codecs: {} });
  expect(seen(first.records).flatMap(({ records }) => records.map(([offset]) => offset))).toEqual([5n, 6n]);
  expect(isFluvioError(first.error, 'smartmodule/record-failed' as never)).toBe(true);
  expect(first.nextOffset).toBe(8n);
  const rest = await chain.apply(batch, { fromOffset: first.nextOffset, codecs: {} });
  expect(seen(rest.records).flatMap(({ records }) => records.map(([offset]) => offset))).toEqual([8n]);
  expect([rest.nextOffset, rest.error]).toEqual([9n, undefined]);
  await chain.close();
});
