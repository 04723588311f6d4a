/** `flv wire …`: frames that are decoded, and a client and a cluster that are listened to. */
import { readFileSync, writeFileSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { tcp } from '@fluvio-ts/adapter-tcp';
import { admin } from '@fluvio-ts/admin';
import { connect } from '@fluvio-ts/client';
import { startCluster } from '@fluvio-ts/cluster';
import { encodeRequest, encodeResponse, List, parseAddress, spuApis } from '@fluvio-ts/protocol';
import type { FrameDescription } from '@fluvio-ts/protocol/describe';
import { expect, test } from 'vitest';
import { errorOf, openHome } from '../testing/flv.ts';

const request = encodeRequest(spuApis.FetchOffsets, 25, 7, 'me', {
  topics: [{ name: 'orders', partitions: [{ partitionIndex: 3 }] }],
  consumerId: undefined,
});
const answer = encodeResponse(List, 19, 3, { label: 'SmartModule', body: [] });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const shown = { api: 'FetchOffsets', version: 25, correlationId: 7, message: { topics: [{ name: 'orders' }] } };

test('a frame is decoded from the command line, standard input and files, in any form', async () => {
  using home = openHome();
  writeFileSync(home.file('raw'), request);
  writeFileSync(home.file('text.hex'), `0x${hex(request.subarray(0, 9))}\n  ${hex(request.subarray(9))}\n`);
  writeFileSync(home.file('one.json'), JSON.stringify({ frames: [{ hex: hex(request), dir: 'req', role: 'spu' }] }));
  const runs = await Promise.all([
    home.flv(['wire', 'decode', hex(request)]),
    home.flv(['wire', 'decode', hex(request.subarray(4))]),
    home.flv(['wire', 'decode', 'raw']),
    home.flv(['wire', 'decode', 'text.hex']),
    home.flv(['wire', 'decode', 'one.json']),
    home.flv(['wire', 'decode'], { input: Buffer.from(request).toString('base64') }),
    home.flv(['wire', 'decode', '-'], { input: request }),
  ]);
  for (const { code, stdout, stderr } of runs) {
    expect([code, stderr]).toEqual([0, '']);
    const decoded = JSON.parse(stdout) as FrameDescription;
    expect(decoded).toMatchObject(shown);
    expect(decoded.parts.at(-1)?.to).toBe(request.length - 4);
  }
});

test('an answer is read by what is said of it', async () => {
  using home = openHome();
  const decoded = async (...options: readonly string[]) => {
    const run = await home.flv(['wire', 'decode', hex(answer), '--brief', ...options]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(run.stdout) as unknown;
  };
  const list = { direction: 'response', api: 'List', version: 19, message: { label: 'SmartModule', body: [] } };
  expect(await decoded('--response', '--api', 'list', '--version', '19')).toMatchObject(list);
  expect(await decoded('--api', '1003')).toMatchObject(list);
  expect(errorOf(await home.flv(['wire', 'decode', '00', '--api', 'Wach', '--json']))).toMatchObject({ exitCode: 2 });
  expect((await home.flv(['wire', 'decode', '00', '--version', '3'])).stderr).toContain('give both');
});

test('several frames are a list, lines of JSON, or lines', async () => {
  using home = openHome();
  const two = hex(request) + hex(answer);
  const list = await home.flv(['wire', 'decode', two, '--brief']);
  expect(JSON.parse(list.stdout)).toMatchObject([shown, { direction: 'response' }]);
  const ndjson = await home.flv(['wire', 'decode', two, '-O', 'ndjson']);
  expect(
    ndjson.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toHaveLength(2);
  expect((await home.flv(['wire', 'decode', two, '-O', 'line'])).stdout).toMatch(
    /^→ SPU FetchOffsets v25 #7, .+\n← .+\n$/,
  );
});

test('what cannot be read is told with its place, and shown as far as it can be', async () => {
  using home = openHome();
  const cut = await home.flv(['wire', 'decode', hex(request.subarray(0, -6)), '--server', 'spu', '--brief']);
  expect(cut.code).toBe(2);
  expect(cut.stderr).toContain(`its length says ${request.length - 4} bytes, and ${request.length - 10} are there`);
  expect(cut.stderr).toContain(`ends at byte ${request.length - 10}`);
  expect(JSON.parse(cut.stdout)).toMatchObject({ api: 'FetchOffsets', error: { code: 'wire/truncated' } });
  const unknown = { hex: '03e7000100000009000001', role: 'sc', dir: 'req' };
  const frames = [{ hex: hex(request), role: 'spu', dir: 'req' }, unknown];
  const partly = await home.flv(['wire', 'decode', JSON.stringify({ frames }), '-O', 'line']);
  expect(partly.code).toBe(7);
  expect(partly.stderr).toMatch(/frame 2 of .+: no API of the SC has key 999 at byte 0/);
  expect(errorOf(await home.flv(['wire', 'decode', 'abc', '--json']))).toMatchObject({
    code: 'input/invalid',
    exitCode: 2,
    message: expect.stringContaining('odd number'),
  });
  expect(errorOf(await home.flv(['wire', 'decode', 'no.hex', '--json']))).toMatchObject({ code: 'input/missing' });
});

test('a conversation passes the proxy, SPUs included, is shown in order, and its recording can be decoded', async () => {
  using home = openHome();
  await using cluster = await startCluster({ spus: 2 });
  const proxy = home.start(['wire', 'proxy', '--to', cluster.endpoint, '--record', 'talk.ndjson']);
  await proxy.says('Ctrl-C stops it');
  proxy.endInput();
  const endpoint = /^proxy at (\S+),/.exec(proxy.text())?.[1] ?? '';

  {
    await using client = await connect({ endpoint, transport: tcp() });
    await admin(client).topics.create('heard', { partitions: 2 });
    {
      await using producer = await client.producer('heard');
      for (const value of ['one', 'two', 'three']) await producer.send({ value });
    }
    const read: string[] = [];
    for await (const record of client.consumer('heard', { start: 'beginning', until: 'end' })) read.push(record.text());
    expect(read.sort()).toEqual(['one', 'three', 'two']);
  }
  const socket = dial(parseAddress(endpoint));
  socket.end('this is no Fluvio at all');
  socket.resume();
  await proxy.says('24 bytes that are no message');
  proxy.kill('SIGINT');
  const { code, stdout, stderr } = await proxy.done;
  expect(code).toBe(130);
  for (const { address } of cluster.spus) expect(stderr).toContain(`:${address.port} is reached through 127.0.0.1:`);

  // c1 is the connection to the SC; each SPU has one more.
  const told = stdout
    .split('\n')
    .map((line) => /^[\d:.]{12} (c\d+) ([→←]) (SC|SPU) (\w+) v/.exec(line)?.slice(1).join(' '));
  const at = (what: string): number => told.findIndex((each) => each?.endsWith(what));
  const order = [
    '→ SC ApiVersions',
    '← SC ApiVersions',
    '→ SC Create',
    '← SC Create',
    '→ SPU Produce',
    '← SPU Produce',
  ];
  order.push('→ SPU StreamFetch', '← SPU StreamFetch');
  expect(order.map(at)).toEqual(order.map(at).toSorted((a, b) => a - b));
  expect(order.map(at)).not.toContain(-1);
  expect(stdout).toContain('addresses replaced');

  const lines = readFileSync(home.file('talk.ndjson'), 'utf8').trim().split('\n');
  expect(lines).toHaveLength(stdout.trim().split('\n').length - 1);
  const decoded = await home.flv(['wire', 'decode', 'talk.ndjson', '-O', 'ndjson']);
  expect(decoded.code).toBe(7);
  const frames = decoded.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as FrameDescription);
  expect(frames.filter(({ error }) => error !== undefined)).toHaveLength(1);
  const streamed = frames.filter(({ api, direction }) => api === 'StreamFetch' && direction === 'response');
  expect(JSON.stringify(streamed)).toContain('"value":"two"');
});

test('as JSON, the proxy tells all that it knows; without following, SPUs are reached past it', async () => {
  using home = openHome();
  await using cluster = await startCluster();
  const proxy = home.start(['wire', 'proxy', '--to', cluster.endpoint, '--no-follow', '-O', 'ndjson']);
  await proxy.says('"listening"');
  const { listen } = JSON.parse(proxy.text()) as { readonly listen: string };
  {
    await using client = await connect({ endpoint: listen, transport: tcp() });
    await admin(client).topics.create('past', { partitions: 1 });
    await using producer = await client.producer('past');
    await producer.send({ value: 'x' });
  }
  await proxy.says('"kind":"close"');
  proxy.kill('SIGTERM');
  const { code, stdout, stderr } = await proxy.done;
  expect([code, stderr]).toEqual([143, '']);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['listening', 'open', 'message', 'close']));
  expect(events.filter(({ server }) => server === 'spu')).toEqual([]);
  expect(events.find(({ api, direction }) => api === 'Create' && direction === 'response')).toMatchObject({
    connection: expect.any(Number),
    answer: 1,
    afterMs: expect.any(Number),
    message: { name: 'past' },
    parts: expect.any(Array),
  });
  expect(stdout).not.toContain('readdressed');
});

test('the proxy says what it lacks', async () => {
  using home = openHome();
  expect(errorOf(await home.flv(['wire', 'proxy', '--json']))).toMatchObject({ code: 'usage/invalid', exitCode: 2 });
  const nowhere = await home.flv(['wire', 'proxy', '--to', '127.0.0.1:1', '--record', 'no/such/folder']);
  expect(nowhere).toMatchObject({ code: 1, stderr: expect.stringContaining('no/such/folder') });
});
