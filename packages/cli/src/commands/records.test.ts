/** `flv produce` and `flv consume` on a real cluster. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, openSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClusterHome, errorOf, MAIN, openClusterHome, type Run } from '../testing/flv.ts';

let home: ClusterHome;
beforeAll(async () => {
  home = await openClusterHome();
  for (const [name, partitions] of [
    ['one', 1],
    ['three', 3],
    ['raw', 1],
    ['many', 2],
    ['live', 1],
  ] as const) {
    await home.flv(['topic', 'create', name, '-p', String(partitions), '--segment-size', '1GB']);
  }
});
afterAll(() => home[Symbol.asyncDispose]());

const all = (topic: string, ...more: readonly string[]): Promise<Run> => home.flv(['consume', topic, '-dB', ...more]);

describe('lines', () => {
  test('are records, bytes as they are, empty ones and the last without an end included', async () => {
    const input = Buffer.from('one\n\ntwo\r\n\xff\xfe\x80invalid UTF-8\nlast', 'latin1');
    const run = await home.flv(['produce', 'one'], { input });
    expect(run).toMatchObject({ code: 0, stdout: '' });
    expect(run.stderr).toMatch(/^5 records \(26 B\) acknowledged in \d+ ms\n$/);
    const { bytes, code, stderr } = await all('one');
    expect([code, stderr]).toEqual([0, '']);
    expect(bytes).toEqual(Buffer.from('one\n\ntwo\n\xff\xfe\x80invalid UTF-8\nlast\n', 'latin1'));
  });

  test('are read from the end unless told otherwise', async () => {
    expect((await home.flv(['consume', 'one', '-d'])).stdout).toBe('');
    expect((await home.flv(['consume', 'one', '-d', '-T', '2', '-F', '{{offset}}'])).stdout).toBe('3\n4\n');
    expect((await home.flv(['consume', 'one', '-d', '-H', '3', '-F', '{{offset}}'])).stdout).toBe('3\n4\n');
    expect((await home.flv(['consume', 'one', '-d', '-T=100', '-F', '{{offset}}'])).stdout).toBe('0\n1\n2\n3\n4\n');
    expect((await home.flv(['consume', 'one', '--start', '2', '-n', '2', '-F', '{{offset}}'])).stdout).toBe('2\n3\n');
    expect((await home.flv(['consume', 'one', '-B', '--end', '1', '-F', '{{offset}}'])).stdout).toBe('0\n1\n');
  });

  test('have one key, none, or their own', async () => {
    await home.flv(['produce', 'three', '--key', 'k'], { input: 'v\n' });
    await home.flv(['produce', 'three', '-p', '1'], { input: 'to one\n' });
    await home.flv(['produce', 'three', '--key-separator', '=>'], { input: 'a=>1\nb=>2=>3\n=>empty key\n' });
    const { stdout } = await all('three', '-O', 'ndjson');
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { key: string | null; value: string; partition: number });
    const pairs = records.map(({ key, value }) => `${key}:${value}`).sort();
    expect(pairs).toEqual([':empty key', 'a:1', 'b:2=>3', 'k:v', 'null:to one']);
    expect(records.find(({ key }) => key === null)?.partition).toBe(1);
    expect((await all('three', '-p', '1', '-k')).stdout).toContain('[null] to one\n');
  });

  test('without the separator are told, counted, and make the exit code 7; the others arrive', async () => {
    await home.flv(['topic', 'create', 'split']);
    const run = await home.flv(['produce', 'split', '--key-separator', ':'], { input: 'a:1\nnone\nb:2\n' });
    expect(run.code).toBe(7);
    expect(run.stderr).toContain("line 2 of standard input has no ':'");
    expect(run.stderr).toContain('1 of 3 records');
    expect((await all('split', '-k')).stdout).toBe('[a] 1\n[b] 2\n');
    const json = await home.flv(['produce', 'split', '--key-separator', ':', '--json'], { input: 'none\n' });
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stderr.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      error: { code: 'produce/incomplete', context: { acknowledged: 0, failed: 1 } },
    });
  });

  test('that are too large are named with their size, and do not stop the others', async () => {
    await home.flv(['topic', 'create', 'sizes']);
    const input = `${'x'.repeat(3000)}\nsmall\n${'y'.repeat(990)}\n`;
    const run = await home.flv(['produce', 'sizes', '--max-request-size', '1000'], { input });
    expect(run.code).toBe(7);
    expect(run.stderr).toContain('line 1 of standard input has 3000 bytes, over the limit of 1000');
    expect(run.stderr).toContain('--max-request-size');
    expect((await all('sizes')).stdout).toBe('small\n');
  });

  test('of several files are read in turn, each acknowledged record shown on demand', async () => {
    writeFileSync(home.file('a.txt'), 'a1\na2');
    writeFileSync(home.file('b.txt'), 'b1\n');
    await home.flv(['topic', 'create', 'files']);
    const run = await home.flv(['produce', 'files', '-f', 'a.txt', '-f', '-', '-f', 'b.txt', '-v'], { input: 'in\n' });
    expect(run.stdout).toBe('0 0 [null] a1\n0 1 [null] a2\n0 2 [null] in\n0 3 [null] b1\n');
    const lines = (await home.flv(['produce', 'files', '-f', 'b.txt', '-v', '--json'])).stdout.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { partition: 0, offset: 4 },
      expect.objectContaining({ topic: 'files', acknowledged: 1 }),
    ]);
    const quiet = await home.flv(['produce', 'files', '-f', 'b.txt', '-q']);
    expect([quiet.stdout, quiet.stderr]).toEqual(['', '']);
    expect(JSON.parse((await home.flv(['produce', 'files', '-f', 'b.txt', '--json'])).stdout)).toMatchObject({
      topic: 'files',
      acknowledged: 1,
      failed: 0,
      bytes: 2,
    });
  });

  test('none at all are no error', async () => {
    expect(await home.flv(['produce', 'one'])).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('many records', () => {
  const COUNT = 200_000;
  const line = (i: number): string => `record number ${i}, as long as a line of a log usually is, or nearly so`;

  test('go in batches through bounded memory, and come back whole', async () => {
    const text = Array.from({ length: COUNT }, (_, i) => line(i)).join('\n');
    writeFileSync(home.file('many.txt'), `${text}\n`);
    // Less than half of it fits into what the program may allocate, and a record costs more than its bytes.
    const child = spawn(process.execPath, ['--max-old-space-size=64', MAIN, 'produce', 'many', '-p', '0'], {
      env: home.env,
      cwd: home.path,
      stdio: [openSync(home.file('many.txt'), 'r'), 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^200,000 records .* records\/s/)]);
    const { bytes } = await all('many', '-p', '0');
    expect(bytes.equals(Buffer.from(`${text}\n`))).toBe(true);
  });

  test('are cut off quietly by a reader that has enough', async () => {
    const run = spawn('sh', ['-c', '"$0" "$1" consume many -B | head -n 1', process.execPath, MAIN], {
      env: home.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    run.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    let stderr = '';
    run.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    await new Promise((resolve) => run.once('close', resolve));
    expect(text).toBe(`${line(0)}\n`);
    expect(stderr).toBe('');
  });

  test('end with 0 when the reader goes away, also while following', async () => {
    const child = spawn(process.execPath, [MAIN, 'consume', 'many', '-B'], {
      env: home.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdout.destroy();
    expect([await new Promise((resolve) => child.once('close', resolve)), stderr]).toEqual([0, '']);
  });
});

test('20 MB of any bytes go through as one record and come back identical', async () => {
  const bytes = randomBytes(20_000_000);
  writeFileSync(home.file('blob'), bytes);
  const limits = ['--max-request-size', '24MiB', '--timeout', '20s'];
  const small = await home.flv(['produce', 'raw', '--raw', '-f', 'blob', '--json']);
  expect(small.code).toBe(2);
  expect(JSON.parse(small.stderr)).toMatchObject({
    error: { code: 'produce/incomplete', hint: expect.stringContaining('--max-request-size') },
  });
  const sent = await home.flv(['produce', 'raw', '--raw', '-f', 'blob', ...limits]);
  expect([sent.code, sent.stderr]).toEqual([0, expect.stringContaining('1 record (20.0 MB) acknowledged')]);
  const { code, bytes: back } = await home.flv(['consume', 'raw', '-B', '-n', '1', '-O', 'raw']);
  expect([code, back.length]).toEqual([0, bytes.length]);
  expect(createHash('sha256').update(back).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
});

describe('following a topic', () => {
  test('shows records as they come, each at once, until a signal ends it', async () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const consumer = home.start(['consume', 'live', '-B', '-F', '{{value}};']);
      const producer = home.start(['produce', 'live']);
      for (const text of ['first', 'second']) {
        await producer.write(`${text} ${signal}\n`);
        await consumer.says(`${text} ${signal};`);
      }
      producer.endInput();
      expect((await producer.done).code).toBe(0);
      consumer.kill(signal);
      const run = await consumer.done;
      expect([run.code, run.stderr]).toEqual([code, '']);
    }
  });

  test('what was read from an open input is delivered when a signal ends the producer', async () => {
    await home.flv(['topic', 'create', 'cut']);
    const producer = home.start(['produce', 'cut', '--linger', '60s']);
    const lines = Array.from({ length: 10_000 }, (_, i) => `line ${i} of an input that does not end`);
    // Far more than the system keeps for a reader: when all of it is gone, the program has most of it.
    await producer.write(`${lines.join('\n')}\n`);
    producer.kill('SIGINT');
    const { code, stderr, tookMs } = await producer.done;
    expect(code).toBe(130);
    expect(tookMs).toBeLessThan(20_000);
    const acknowledged = Number(/^([\d,]+) records/.exec(stderr)?.[1]?.replace(',', ''));
    expect(acknowledged).toBeGreaterThan(1000);
    expect((await all('cut')).stdout).toBe(`${lines.slice(0, acknowledged).join('\n')}\n`);
  });

  test('stops after -n records of all partitions together', async () => {
    const { stdout, code } = await home.flv(['consume', 'many', '-B', '-n', '3']);
    expect([code, stdout.trimEnd().split('\n').length]).toEqual([0, 3]);
  });

  test('stops with the nth record, where there are no more, and where it is waited for', async () => {
    await home.flv(['topic', 'create', 'few']);
    await home.flv(['produce', 'few'], { input: 'a\nb\n' });
    expect((await home.flv(['consume', 'few', '-B', '-n', '2'])).stdout).toBe('a\nb\n');
    const waiting = home.start(['consume', 'few', '-B', '-n', '3']);
    await waiting.says('b\n');
    await home.flv(['produce', 'few'], { input: 'c\n' });
    const { code, stdout: all } = await waiting.done;
    expect([code, all]).toEqual([0, 'a\nb\nc\n']);
  });
});

describe('what cannot be read or written', () => {
  test('exits with its code', async () => {
    for (const [line, exit, code] of [
      ['consume none -B -d', 3, 'topic/not-found'],
      ['consume one -B -d -p 7', 3, 'partition/not-found'],
      ['consume one --start 1000', 3, 'offset/out-of-range'],
      ['consume none --end 3', 3, 'topic/not-found'],
      ['produce none', 3, 'topic/not-found'],
    ] as const) {
      const run = await home.flv([...line.split(' '), '--json']);
      expect([line, run.code, run.stdout]).toEqual([line, exit, '']);
      expect(errorOf(run).code).toBe(code);
    }
    const run = await home.flv(['produce', 'one', '-p', '7', '--json'], { input: 'x\n' });
    expect([run.code, errorOf(run).code]).toEqual([3, 'produce/incomplete']);
  });

  test('a full device is a failure, not a success with less', async ({ skip }) => {
    const { existsSync } = await import('node:fs');
    skip(!existsSync('/dev/full'), 'no /dev/full, which only Linux has');
    const child = spawn(process.execPath, [MAIN, 'consume', 'many', '-B', '-d'], {
      env: home.env,
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
    expect(stderr).toContain('ENOSPC');
  });
});

test('raw input may come through a pipe', async () => {
  const child = spawn(process.execPath, [MAIN, 'produce', 'one', '-q', '--raw'], {
    env: home.env,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  createReadStream(home.file('a.txt')).pipe(child.stdin);
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  expect((await home.flv(['consume', 'one', '-d', '-T', '1'])).stdout).toBe('a1\na2\n');
});

describe('how it is produced', () => {
  test.each(['gzip', 'snappy', 'lz4', 'zstd'])('compressed with %s, it is read back as it was', async (codec) => {
    const topic = `codec-${codec}`;
    await home.flv(['topic', 'create', topic, '--compression-type', codec]);
    const input = 'the same line\n'.repeat(500);
    expect(await home.flv(['produce', topic, '--compression', codec, '--linger', '20ms'], { input })).toMatchObject({
      code: 0,
    });
    expect(await home.flv(['produce', topic], { input: 'as the topic asks\n' })).toMatchObject({ code: 0 });
    expect((await all(topic)).stdout).toBe(`${input}as the topic asks\n`);
    const refused = await home.flv(['produce', topic, '--compression', 'none', '--json'], { input: 'x\n' });
    expect(errorOf(refused)).toMatchObject({
      code: 'option/invalid',
      message: expect.stringContaining(`only ${codec}`),
    });
  });

  test('at most once, in the spellings of the official command line', async () => {
    await home.flv(['topic', 'create', 'once']);
    for (const word of ['at-most-once', 'AtMostOnce', 'at_least_once', 'atLeastOnce']) {
      const run = await home.flv(['produce', 'once', '--delivery-semantic', word], { input: `${word}\n` });
      expect(run.code).toBe(0);
    }
    expect((await home.flv(['produce', 'once', '--delivery-semantic', 'exactly-once'], { input: 'x\n' })).code).toBe(2);
    expect((await all('once')).stdout.split('\n')).toHaveLength(5);
  });

  test('through SmartModules: what is wrong with them is said before anything is sent', async () => {
    await home.flv(['topic', 'create', 'modules']);
    const errorWith = async (...options: string[]) =>
      errorOf(await home.flv(['produce', 'modules', '--json', ...options], { input: 'x\n' }));
    expect(await errorWith('--sm', 'nowhere', '-e', 'a=b')).toMatchObject({ code: 'produce/incomplete' });
    expect(await errorWith('--smartmodule-path', 'missing.wasm')).toMatchObject({ code: 'input/missing', exitCode: 3 });
    writeFileSync(home.file('chain.yaml'), 'transforms:\n  - with: {a: 1}\n');
    expect(await errorWith('-t', 'chain.yaml')).toMatchObject({
      code: 'input/invalid',
      message: expect.stringContaining('step 1'),
    });
    expect(await errorWith('--transform', '{"uses":3}')).toMatchObject({ code: 'input/invalid' });
    expect(await errorWith('-e', 'a=b')).toMatchObject({ code: 'usage/invalid' });
    expect((await all('modules')).stdout).toBe('');
  });

  test('to the partition of a mirror only where there is one', async () => {
    await home.flv(['topic', 'create', 'no-mirror']);
    const run = await home.flv(['produce', 'no-mirror', '-m', 'edge', '--json'], { input: 'x\n' });
    expect(errorOf(run)).toMatchObject({ message: expect.stringContaining('mirrors no cluster') });
    expect((await home.flv(['produce', 'no-mirror', '-m', 'edge', '-p', '0'], { input: 'x\n' })).code).toBe(2);
  });
});

describe('a named consumer', () => {
  test('goes on where it stopped, is listed, and is forgotten', async () => {
    await home.flv(['topic', 'create', 'named']);
    await home.flv(['produce', 'named'], { input: 'a\nb\nc\nd\n' });
    const named = (...more: readonly string[]): Promise<Run> => home.flv(['consume', 'named', '-c', 'me', ...more]);
    expect((await named('-B', '-n', '2')).stdout).toBe('a\nb\n');
    expect((await named('-B', '-d')).stdout).toBe('c\nd\n');
    const list = await home.flv(['consumer', 'list', '-O', 'json']);
    expect(JSON.parse(list.stdout)).toEqual([
      { consumer_id: 'me', topic: 'named', partition: 0, offset: 3, modified_time: expect.any(Number) },
    ]);
    expect((await home.flv(['consumer', 'list'])).stdout).toMatch(
      /^CONSUMER +TOPIC +PARTITION +OFFSET +LAST SEEN\nme /,
    );
    expect((await named('--start', '1', '-n', '1')).stdout).toBe('b\n');
    expect((await named('-d')).stdout).toBe('c\nd\n');
    const deleted = await home.flv(['consumer', 'delete', 'me']);
    expect(deleted.stdout).toBe('consumer "me" on topic "named" and partition "0" deleted\n');
    expect((await home.flv(['consumer', 'delete', 'me'])).code).toBe(3);
    expect((await home.flv(['consumer', 'delete', 'me', '-p', '0'])).code).toBe(2);
    expect((await named('-B', '-d')).stdout).toBe('a\nb\nc\nd\n');
  });
});

describe('times', () => {
  test('are where reading starts and ends', async () => {
    await home.flv(['topic', 'create', 'timed']);
    await home.flv(['produce', 'timed'], { input: 'a\nb\n' });
    const later = new Date(Date.now() + 60_000).toISOString();
    expect((await all('timed', '--until', later)).stdout).toBe('a\nb\n');
    expect((await home.flv(['consume', 'timed', '--since', '1h', '-d'])).stdout).toBe('a\nb\n');
    expect((await home.flv(['consume', 'timed', '--since', later, '-d'])).stdout).toBe('');
    expect((await all('timed', '--until', '1h')).stdout).toBe('');
    expect((await home.flv(['consume', 'timed', '--since', 'yesterday'])).code).toBe(2);
  });
});

test('a reader that has seen enough of the first records ends it, although nothing more comes', async () => {
  await home.flv(['topic', 'create', 'head']);
  await home.flv(['produce', 'head'], { input: 'a\nb\nc\nd\n' });
  const script = `"${process.execPath}" "${MAIN}" consume head -B | head -n 2`;
  const run = spawn('sh', ['-c', script], { env: home.env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  run.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  // The shell waits for all of the pipeline, which without this would go on until the next record.
  const code = await new Promise((resolve) => run.once('close', resolve));
  expect([code, text]).toEqual([0, 'a\nb\n']);
});
