/** Programs that use packed packages the way their users do: from outside of the workspace, by their names. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundleText } from './size.ts';

const execute = promisify(execFile);
const RUN_MS = 60_000;

const onNode = `
import { admin, connect } from '@fluvio-ts/node';
const client = await connect({ endpoint: process.env.CLUSTER, env: {} });
await admin(client).topics.create('packed', { partitions: 1 });
const producer = await client.producer('packed', { compression: 'zstd' });
await producer.send({ key: 'a', value: 'on Node' });
await producer.close();
for await (const record of client.consumer('packed', { start: 'beginning', until: 'end' })) console.log(record.text());
await client.close();
`;

const onPage = `
import { webSocket } from '@fluvio-ts/adapter-ws';
import { connect } from '@fluvio-ts/client';
const client = await connect({ endpoint: 'gateway:443', transport: webSocket({ url: process.env.GATEWAY }) });
const producer = await client.producer('packed');
await producer.send({ key: 'a', value: 'in a page' });
await producer.close();
const start = { beginning: 1 };
for await (const record of client.consumer('packed', { start, until: 'end' })) console.log(record.text());
await client.close();
`;

/** What the program for Node prints: it makes a topic, sends a record and reads it. */
export async function smokeOnNode(folder: string, cluster: string): Promise<string> {
  return run(folder, 'smoke.mjs', onNode, { CLUSTER: cluster });
}

/** What the same prints as a bundle for browsers, given the one thing of a browser that it needs. */
export async function smokeOnPage(folder: string, gateway: string): Promise<string> {
  const bundled = new TextDecoder().decode(await bundleText(onPage, folder));
  writeFileSync(join(folder, 'page.mjs'), bundled);
  const withWebSocket = "globalThis.WebSocket ??= (await import('ws')).WebSocket; await import('./page.mjs');";
  return run(folder, 'browser.mjs', withWebSocket, { GATEWAY: gateway });
}

async function run(folder: string, file: string, program: string, env: NodeJS.ProcessEnv): Promise<string> {
  const path = join(folder, file);
  writeFileSync(path, program);
  const { stdout } = await execute(process.execPath, [path], { cwd: folder, env, timeout: RUN_MS });
  return stdout.trim();
}
