/** `flv smartmodule …`, SmartModules on `produce` and `consume`, `flv table-format …` and `flv cluster spg …`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClusterHome, errorOf, openClusterHome, type Run } from '../testing/flv.ts';

let home: ClusterHome;
beforeAll(async () => {
  home = await openClusterHome();
});
afterAll(() => home[Symbol.asyncDispose]());

const flv = (line: string, input?: string): Promise<Run> =>
  home.flv(line.split(' '), input === undefined ? {} : { input });
const json = async (line: string): Promise<unknown> => {
  const run = await flv(`${line} --json`);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(run.stdout);
};

/** The path of a module's `.wasm`. */
function wasmOf(name: string): string {
  const path = home.file(`${name}.wasm`);
  const fixtures = join(import.meta.dirname, '../../../smartmodule/fixtures');
  writeFileSync(path, gunzipSync(readFileSync(join(fixtures, `${name}.wasm.gz`))));
  return path;
}

test('a SmartModule is stored, listed, described and deleted', async () => {
  const wasm = wasmOf('map-upper');
  expect(await flv(`smartmodule create upper --wasm-file ${wasm}`)).toMatchObject({
    code: 0,
    stdout: 'smartmodule "upper" has been created.\n',
  });
  expect((await flv('sm list')).stdout).toMatch(/^SMARTMODULE +SIZE *\nupper +\d+\.\d KB *\n$/);
  expect(await json('smartmodule list')).toEqual([
    { name: 'upper', spec: { meta: null, wasm: { format: 'BINARY', payload: '' } }, status: null, owner: null },
  ]);
  expect((await flv('smartmodule describe upper')).stdout).toMatch(/^Name: +upper\nStored as: +upper\nSize: /);
  expect(await flv('smartmodule delete upper')).toMatchObject({ code: 0, stdout: 'smartmodule "upper" deleted\n' });
  const gone = await flv('smartmodule delete upper --json');
  expect([gone.code, errorOf(gone).code]).toEqual([3, 'smartmodule/not-found']);
  expect((await flv('smartmodule describe upper')).code).toBe(3);
  expect(await flv('smartmodule list')).toMatchObject({ code: 0, stdout: '', stderr: 'no smartmodules\n' });
});

test('produce shows what it sent through a module, and does not pretend to know what was stored of it', async () => {
  await flv('topic create shown');
  const sent = await flv(`produce shown -v --smartmodule-path ${wasmOf('map-upper')}`, 'a\n');
  expect([sent.code, sent.stdout]).toEqual([0, '0 - [null] a\n']);
  expect(sent.stderr).toMatch(/^1 record \(1 B\) acknowledged, and stored as the SmartModule makes them, in /);
  const lines = (await flv(`produce shown -v --json --smartmodule-path ${wasmOf('map-upper')}`, 'b\n')).stdout;
  expect(lines.split('\n', 2).map((line) => JSON.parse(line))).toMatchObject([
    { partition: 0, offset: null },
    { acknowledged: 1, transformed: true },
  ]);
  expect((await flv('consume shown -B -d')).stdout).toBe('A\nB\n');
});

test('a SmartModule.toml makes it a version of a package', async () => {
  const toml = home.file('SmartModule.toml');
  writeFileSync(
    toml,
    '[package]\nname = "x"\ngroup = "team"\nversion = "1.2.0"\napiVersion = "0.1.0"\ndescription = "Large"\n[params]\nlang = { description = "which", optional = true }\n',
  );
  await flv(`smartmodule create pack --wasm-file ${wasmOf('map-upper')} --package ${toml}`);
  expect((await flv('smartmodule list')).stdout).toContain('team/pack@1.2.0');
  expect((await flv('smartmodule describe team/pack')).stdout).toMatch(
    /Description: +Large\n(?:.*\n)*Parameter lang: +optional: which\n/,
  );
  expect((await flv('smartmodule delete team/pack@1.2.0 nothing -c')).code).toBe(7);
  writeFileSync(toml, '[package]\nname = "x"\n');
  expect((await flv(`smartmodule create pack --wasm-file ${wasmOf('map-upper')} --package ${toml}`)).code).toBe(2);
  expect((await flv('smartmodule create pack')).code).toBe(2);
  const nowhere = await flv('smartmodule create pack nowhere.wasm');
  expect([nowhere.code, nowhere.stderr]).toEqual([3, expect.stringContaining('nowhere.wasm: it does not exist')]);
  const noWasm = await flv(`smartmodule create pack --wasm-file ${toml}`);
  expect([noWasm.code, noWasm.stderr]).toEqual([2, expect.stringContaining(`${toml}: it is no WebAssembly`)]);
  expect((await flv(`smartmodule create pack --wasm-file ${toml}`)).code).toBe(2);
});

test('records are produced and consumed through SmartModules', async () => {
  await flv('topic create through');
  await flv(`smartmodule create contains --wasm-file ${wasmOf('filter-contains')}`);
  const produced = await flv(`produce through --smartmodule-path ${wasmOf('map-upper')}`, 'hello\nbye\nhello again\n');
  expect(produced.code).toBe(0);
  const all = await flv('consume through -B -d');
  expect(all.stdout).toBe('HELLO\nBYE\nHELLO AGAIN\n');
  const some = await flv('consume through -B -d --smartmodule contains -e needle=BYE');
  expect(some).toMatchObject({ code: 0, stdout: 'BYE\n' });
  // A filter that lets nothing through finds the end all the same.
  expect(await flv('consume through -B -d --sm contains --params needle=nothing')).toMatchObject({
    code: 0,
    stdout: '',
  });
  const chain = home.file('chain.yaml');
  writeFileSync(
    chain,
    'transforms:\n  - uses: contains\n    with:\n      needle: AGAIN\n    lookback: { last: 1, age: 1h }\n',
  );
  expect((await flv(`consume through -B -d --transforms ${chain}`)).stdout).toBe('HELLO AGAIN\n');
  const line = '{"uses":"contains","with":{"needle":"BYE"}}';
  expect((await home.flv(['consume', 'through', '-B', '-d', '--transforms-line', line])).stdout).toBe('BYE\n');
});

test('what goes wrong with SmartModules is told, with the record', async () => {
  await flv('topic create wrong');
  await flv('produce wrong', '1\nbad\n3\n');
  const failed = await flv(`consume wrong -B -d --json --smartmodule-path ${wasmOf('filter-odd-fail')}`);
  expect(failed.code).not.toBe(0);
  expect(failed.stdout).toContain('"value":"1"');
  expect(errorOf(failed)).toMatchObject({ code: 'consume/smartmodule-failed', message: expect.stringContaining('1') });
  const missing = await flv('consume wrong -B -d --json --smartmodule nowhere');
  expect([missing.code, errorOf(missing).code]).toEqual([3, 'smartmodule/not-found']);
  expect((await flv('consume wrong -B -d -e a=b')).code).toBe(2);
  expect((await flv('consume wrong -B -d --smartmodule x -e a')).code).toBe(2);
  expect((await flv(`consume wrong -B -d -t ${wasmOf('trap')}`)).code).toBe(2);
});

test('a module is tried on this machine', async () => {
  const contains = wasmOf('filter-contains');
  const one = await home.flv([
    'sm',
    'test',
    contains,
    '-e',
    'needle=fluvio',
    '--text',
    'hello fluvio',
    '--text',
    'bye',
  ]);
  expect(one).toMatchObject({ code: 0, stdout: 'hello fluvio\n' });
  const counted = await flv(`sm test ${wasmOf('aggregate-count')} -v`, 'a\nb\n');
  expect(counted.stdout).toMatch(/^0 \[null\] \{.*"count":1.*\n1 \[null\] \{.*"count":2/);
  const past = `sm test ${wasmOf('lookback-increasing')} -r 1 -r 9 -r 3 --text 5 --text 10 -O json`;
  expect(JSON.parse((await flv(past)).stdout)).toEqual({ offset: 4, key: null, value: '10' });
  const failed = await flv(`sm test ${wasmOf('filter-odd-fail')} --text 1 --text bad --json`);
  expect(failed).toMatchObject({ code: 1, stdout: '{"offset":0,"key":null,"value":"1"}\n' });
  expect(errorOf(failed)).toMatchObject({ code: 'smartmodule/record-failed' });
});

test('a topic drops duplicates through a SmartModule', async () => {
  expect((await flv('topic create once --dedup increasing')).code).not.toBe(0);
  await flv(`smartmodule create increasing --wasm-file ${wasmOf('lookback-increasing')}`);
  expect((await flv('topic create once --dedup increasing --dedup-count 10 --dedup-age 1h')).code).toBe(0);
  for (const line of ['1\n5\n', '3\n6\n']) expect((await flv('produce once', line)).code).toBe(0);
  expect((await flv('consume once -B -d')).stdout).toBe('1\n5\n6\n');
  expect((await flv('topic create other --dedup-count 10')).code).toBe(2);
});

test('table formats', async () => {
  const config = home.file('people.yaml');
  writeFileSync(config, 'name: people\ninput_format: JSON\ncolumns:\n  - keyPath: name\n    headerLabel: Name\n');
  expect(await flv(`table-format create --config ${config}`)).toMatchObject({
    code: 0,
    stdout: 'tableformat "people" created\n',
  });
  expect((await flv(`tf create -c ${config}`)).code).toBe(6);
  expect((await flv('table-format list')).stdout).toMatch(/^NAME +STATUS *\npeople +Init *\n$/);
  expect(await json('table-format list')).toMatchObject([{ name: 'people', spec: { columns: [{ keyPath: 'name' }] } }]);
  expect((await flv('table-format delete people')).code).toBe(0);
  expect((await flv('table-format delete people')).code).toBe(3);
  writeFileSync(config, 'columns: [');
  expect((await flv(`table-format create --config ${config}`)).code).toBe(2);
});

test('an SPU group whose ids are taken is kept, and says so', async () => {
  const made = await flv('cluster spg create clash --replicas 2 --min-id 5001');
  expect(made).toMatchObject({ code: 0, stdout: 'spu group "clash" created\n' });
  expect(made.stderr).toContain('5001');
  expect((await flv('cluster spg list')).stdout).toMatch(/\nclash +2 +5001 +10Gi +Invalid *\n$/);
  expect(await json('cluster spg list')).toMatchObject([{ name: 'clash', spec: { minId: 5001 } }]);
  expect((await flv('cluster spg delete clash')).code).toBe(0);
  expect((await flv('cluster spg delete clash')).code).toBe(3);
});

test('an SPU group of a cluster that goes on by itself has its SPUs run', async () => {
  expect((await flv('cluster spg create more --replicas 2 --min-id 7000')).code).toBe(0);
  expect((await flv('cluster spg list')).stdout).toMatch(/\nmore +2 +7000 +10Gi +Reserved *\n$/);
  expect((await flv('cluster spu list')).stdout).toMatch(/7001 +more-1 +Online +managed/);
  expect((await flv('cluster spg delete more')).code).toBe(0);
  expect((await flv('cluster spu list')).stdout).not.toContain('more');
});
