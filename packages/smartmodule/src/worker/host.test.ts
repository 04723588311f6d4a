/** Chains in threads: the same answers as in this thread, and an end to every module that goes too far. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { startChain } from '../chain.ts';
import { recordBlock } from '../record-block.ts';
import { batchAt, module, seen, texts } from '../testing/modules.ts';
import { transformStream } from '../transform.ts';
import { type SmartModuleHost, type SmartModuleHostOptions, smartModuleHost } from './host.ts';

const hosts: SmartModuleHost[] = [];
const hostWith = (options: SmartModuleHostOptions = {}): SmartModuleHost => {
  const host = smartModuleHost(options);
  hosts.push(host);
  return host;
};
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

describe('a chain in a thread', () => {
  test('answers as one in this thread does', async () => {
    const modules = [module('filter-odd-fail'), module('map-stamp'), module('aggregate-count')];
    const values = ['1', '2', '3', 'bad', '5'];
    const here = (await startChain(modules)).process(recordBlock(values, { baseOffset: 4n, timestampMs: 1e12 }));
    const chain = await hostWith().startChain(modules);
    const there = await chain.process(recordBlock(values, { baseOffset: 4n, timestampMs: 1e12 }));
    expect(there.records.payload).toEqual(here.records.payload);
    expect(there.records.origin).toEqual(here.records.origin);
    expect(there.error).toMatchObject({ code: 'smartmodule/record-failed', context: here.error?.context });
    expect(there.error?.message).toBe(here.error?.message);
    expect(chain.modules.map(({ kind }) => kind)).toEqual(['filter', 'map', 'aggregate']);
  });

  test('serves calls in order, and leaves the caller its records', async () => {
    const chain = await hostWith().startChain([module('aggregate-count')]);
    const blocks = Array.from({ length: 20 }, () => recordBlock(['a', 'b']));
    const outputs = await Promise.all(blocks.map((block) => chain.process(block)));
    expect(outputs.flatMap(({ records }) => texts(records).map((text) => JSON.parse(text).count))).toEqual(
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    expect(blocks.every((block) => texts(block).join() === 'a,b')).toBe(true);
  });

  test('looks back', async () => {
    const chain = await hostWith().startChain([
      module('map-upper'),
      module('lookback-increasing', { lookback: { last: 3n, age: undefined } }),
    ]);
    await chain.lookBack(({ last }) => recordBlock(['1', '9', '3'].slice(-Number(last))));
    expect(texts((await chain.process(recordBlock(['5', '10', '8', '11']))).records)).toEqual(['10', '11']);
  });

  test('transforms streams', async () => {
    const chain = await hostWith().startChain([module('filter-odd-fail')]);
    const { records, nextOffset } = await transformStream(chain, [batchAt(0n, ['1', '2']), batchAt(2n, ['3'])]);
    expect(nextOffset).toBe(3n);
    expect(seen(records)[0]?.records.map(([offset]) => offset)).toEqual([0n, 2n]);
  });

  test('tells what keeps it from starting', async () => {
    const host = hostWith();
    await expect(host.startChain([module('filter-contains')])).rejects.toMatchObject({
      code: 'smartmodule/init-failed',
      context: { hint: expect.stringMatching(/needle/) },
    });
    await expect(host.startChain([{ wasm: new Uint8Array([1, 2, 3]) }])).rejects.toMatchObject({
      code: 'smartmodule/invalid',
      context: { module: '#1' },
    });
    expect(host.threads).toBe(0);
  });
});

describe('limits', () => {
  test('an endless loop is stopped in time, and only its chain is over', async () => {
    const host = hostWith({ callTimeoutMs: 300 });
    const [looping, other] = await Promise.all([
      host.startChain([module('endless')]),
      host.startChain([module('map-upper')]),
    ]);
    expect(texts((await looping.process(recordBlock(['fine']))).records)).toEqual(['fine']);
    const begun = performance.now();
    const spinning = looping.process(recordBlock(['spin']));
    const behind = looping.process(recordBlock(['fine']));
    const both = Promise.allSettled([spinning, behind]);
    expect(texts((await other.process(recordBlock(['meanwhile']))).records)).toEqual(['MEANWHILE']);
    for (const outcome of await both) {
      expect(outcome).toMatchObject({
        reason: { code: 'smartmodule/timeout', context: { chain: 'endless', call: 'process', limitMs: 300 } },
      });
    }
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(host.threads).toBe(1);
    expect(texts((await other.process(recordBlock(['still here']))).records)).toEqual(['STILL HERE']);
    await looping.close();
  });

  test('time counts for each call, not while it waits for its turn', async () => {
    const limitMs = 400;
    const chain = await hostWith({ callTimeoutMs: limitMs }).startChain([module('map-upper')]);
    const block = recordBlock(Array(2_000).fill('x'.repeat(100)));
    await chain.process(block);
    const timed = performance.now();
    await chain.process(block);
    // As many calls as keep the thread busy for longer than one of them may take.
    const count = Math.ceil((2 * limitMs) / (performance.now() - timed));
    const begun = performance.now();
    await Promise.all(Array.from({ length: count }, () => chain.process(block)));
    expect(performance.now() - begun).toBeGreaterThan(limitMs / 2);
  });

  test('a trap ends the chain, and the next one gets a thread', async () => {
    const host = hostWith();
    const chain = await host.startChain([module('trap')]);
    const boom = { code: 'smartmodule/trap', context: { output: expect.stringMatching(/told to/) } };
    await expect(chain.process(recordBlock(['boom']))).rejects.toMatchObject(boom);
    await expect(chain.process(recordBlock(['a']))).rejects.toMatchObject(boom);
    await chain.close();
    const next = await host.startChain([module('trap')]);
    expect(texts((await next.process(recordBlock(['a']))).records)).toEqual(['a']);
  });

  test('a hunger for memory ends the chain', async () => {
    const chain = await hostWith({ memoryLimitBytes: 50 << 20 }).startChain([module('hungry')]);
    const block = recordBlock(['a', 'b', 'c', 'd', 'e']);
    await expect(chain.process(block)).rejects.toMatchObject({
      code: 'smartmodule/memory-limit',
      context: { limitBytes: 50 << 20 },
    });
  });

  test('a signal stops a call and its chain', async () => {
    const host = hostWith();
    const chain = await host.startChain([module('endless')]);
    const other = await host.startChain([module('map-upper')]);
    const reason = new Error('gone');
    const gone = chain.process(recordBlock(['spin']), { signal: AbortSignal.abort(reason) });
    await expect(gone).rejects.toMatchObject({ code: 'smartmodule/aborted', cause: reason });
    // It had not begun, so the chain goes on.
    expect(texts((await chain.process(recordBlock(['a']))).records)).toEqual(['a']);

    const stop = new AbortController();
    const spinning = expect(chain.process(recordBlock(['spin']), { signal: stop.signal })).rejects.toMatchObject({
      code: 'smartmodule/aborted',
      cause: reason,
    });
    await other.process(recordBlock(['a']));
    stop.abort(reason);
    await spinning;
    await expect(chain.process(recordBlock(['a']))).rejects.toMatchObject({ code: 'smartmodule/aborted' });
    expect(host.threads).toBe(1);
  });
});

describe('threads', () => {
  test('start with the first chain, serve the next, and end', async () => {
    const host = hostWith();
    expect(host.threads).toBe(0);
    const modules = [module('aggregate-count')];
    for (let i = 0; i < 3; i++) {
      const chain = await host.startChain(modules);
      // Nothing is left of the chain before.
      expect(texts((await chain.process(recordBlock(['a']))).records)).toEqual(['{"bytes":1,"count":1}']);
      await chain.close();
      await chain.close();
      await expect(chain.process(recordBlock(['a']))).rejects.toMatchObject({ code: 'smartmodule/closed' });
      expect(host.threads).toBe(1);
    }
    await host.close();
    expect(host.threads).toBe(0);
    await expect(host.startChain(modules)).rejects.toMatchObject({ code: 'smartmodule/closed' });
  });

  test('end with their chain where none may wait', async () => {
    const host = hostWith({ spareThreads: 0 });
    const [first, second] = await Promise.all([
      host.startChain([module('map-upper')]),
      host.startChain([module('map-upper')]),
    ]);
    expect(host.threads).toBe(2);
    await first.close();
    expect(host.threads).toBe(1);
    await second.close();
    expect(host.threads).toBe(0);
  });

  test('are not more than there may be', async () => {
    const host = hostWith({ maxThreads: 1 });
    const chain = await host.startChain([module('map-upper')]);
    await expect(host.startChain([module('trap')])).rejects.toMatchObject({
      code: 'smartmodule/too-many-chains',
      context: { chain: 'trap', limit: 1 },
      retryable: true,
    });
    await chain.close();
    const next = await host.startChain([module('trap')]);
    expect(texts((await next.process(recordBlock(['a']))).records)).toEqual(['a']);
  });

  test('end in the middle of a call when the chain is closed', async () => {
    const host = hostWith();
    const chain = await host.startChain([module('endless')]);
    const other = await host.startChain([module('map-upper')]);
    const spinning = expect(chain.process(recordBlock(['spin']))).rejects.toMatchObject({ code: 'smartmodule/closed' });
    // By the time of this answer the call above is under way.
    await other.process(recordBlock(['a']));
    await chain.close();
    await spinning;
    expect(host.threads).toBe(1);
  });

  test('keep no process alive', async () => {
    const program = `
      import { smartModuleHost } from ${JSON.stringify(new URL('../../dist/worker/index.js', import.meta.url).href)};
      import { recordBlock } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
      import { readFileSync } from 'node:fs';
      import { gunzipSync } from 'node:zlib';
      const wasm = gunzipSync(readFileSync(${JSON.stringify(join(import.meta.dirname, '../../fixtures/map-upper.wasm.gz'))}));
      const host = smartModuleHost({ spareMs: 600_000 });
      const open = await host.startChain([{ wasm }]);
      const closed = await host.startChain([{ wasm }]);
      await closed.close();
      for (const record of (await open.process(recordBlock(['done']))).records) console.log(record.text());
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      timeout: 20_000,
    });
    expect(stdout).toBe('DONE\n');
  });
});
