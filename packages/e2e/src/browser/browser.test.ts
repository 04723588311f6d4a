/** The client in a real browser: the packages' own modules, unbundled, under a strict content security policy. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { tcp } from '@fluvio-ts/adapter-tcp';
import { admin } from '@fluvio-ts/admin';
import { type Client, connect } from '@fluvio-ts/client';
import { type Cluster, startCluster } from '@fluvio-ts/cluster';
import { type Gateway, type GatewayOptions, startGateway } from '@fluvio-ts/gateway';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findChromium, launchChromium, NO_CHROMIUM } from './chromium.ts';
import { type Sight, sampleRecords } from './sight.ts';
import { type Site, startSite } from './site.ts';

const executable = findChromium();
/** The compiled page: browsers run no TypeScript. */
const script = join(import.meta.dirname, '../../dist/browser/main.js');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('in Chromium, over WebSocket', () => {
  let cluster: Cluster;
  let client: Client;
  let browser: Browser;
  const toRelease: AsyncDisposable[] = [];
  const owned = <T extends AsyncDisposable>(resource: T): T => {
    toRelease.push(resource);
    return resource;
  };

  beforeEach(({ skip }) => skip(executable === undefined, NO_CHROMIUM));

  beforeAll(async () => {
    if (executable === undefined) return;
    cluster = owned(await startCluster({ spus: 2 }));
    client = owned(await connect({ endpoint: cluster.endpoint, transport: tcp() }));
    browser = owned(await launchChromium(executable));
  });

  afterAll(async () => {
    for (const resource of toRelease.splice(0).reverse()) await resource[Symbol.asyncDispose]();
  });

  /** Loads the page, which connects through a gateway of its own, and resolves with what it tells. */
  async function visit(
    topic: string,
    options: Partial<GatewayOptions> = {},
    token?: string,
  ): Promise<{ state: string; text: string }> {
    await using gateway: Gateway = await startGateway({ cluster: { endpoint: cluster.endpoint }, ...options });
    await using site: Site = await startSite({
      packages: ['@fluvio-ts/protocol', '@fluvio-ts/client', '@fluvio-ts/adapter-ws'],
      script,
      connectTo: [gateway.url, gateway.url.replace('ws', 'http')].map((url) => new URL(url).origin),
    });
    await using page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    const query = new URLSearchParams({ gateway: gateway.url, topic, ...(token !== undefined && { token }) });
    await page.goto(`${site.url}?${query}`);
    const output = page.locator('output[data-state]');
    await output.waitFor({ state: 'attached' });
    expect({ complaints, missing: site.missing }).toEqual({ complaints: [], missing: [] });
    return { state: (await output.getAttribute('data-state')) ?? '', text: (await output.textContent()) ?? '' };
  }

  test('the client, unchanged, produces with acknowledgements and consumes records of every kind', async () => {
    await admin(client).topics.create('from-the-browser', { partitions: 3 });
    const { state, text } = await visit('from-the-browser');
    expect(state, text).toBe('done');
    const sight = JSON.parse(text) as Sight;
    const samples = sampleRecords();
    expect(sight.platformVersion).toBe(client.platformVersion);
    expect(sight.refusal).toBe('topic/not-found');
    expect({ strict: sight.strict, violations: sight.violations }).toEqual({ strict: true, violations: [] });

    // Every record was acknowledged, with offsets that count from 0 in each partition.
    expect(sight.sent.map((record) => record.sha256)).toEqual(samples.map(({ value }) => sha256(value)));
    const next = new Map<number, number>();
    for (const { partition, offset } of sight.sent) {
      expect(offset).toBe(String(next.get(partition) ?? 0));
      next.set(partition, Number(offset) + 1);
    }
    expect([...next.keys()].sort()).toEqual([0, 1, 2]);

    // The page read back what it had sent, and over TCP the same is there.
    const place = (record: { partition: number; offset: string | bigint }) => `${record.partition}@${record.offset}`;
    const expected = new Map(
      samples.map(({ key, value }, i) => [
        place(sight.sent[i] ?? { partition: -1, offset: '' }),
        { key: key === null ? null : Array.from(key), length: value.length, sha256: sha256(value) },
      ]),
    );
    expect(new Map(sight.seen.map((record) => [place(record), pick(record)]))).toEqual(expected);
    const overTcp = new Map<string, unknown>();
    for await (const record of client.consumer('from-the-browser', { start: 'beginning', until: 'end' })) {
      const { key, value } = record;
      overTcp.set(
        place(record),
        pick({ key: key === null ? null : Array.from(key), length: value.length, sha256: sha256(value) }),
      );
    }
    expect(overTcp).toEqual(expected);
  });

  test('a token opens the gateway, and without it the page is told so', async () => {
    await admin(client).topics.create('with-a-token', { partitions: 1 });
    const right = await visit('with-a-token', { token: 's3cret' }, 's3cret');
    expect(right.state, right.text).toBe('done');
    const wrong = await visit('with-a-token', { token: 's3cret' }, 'guess');
    expect(wrong.state).toBe('failed');
    expect(wrong.text).toContain('4401');
    expect(wrong.text).toContain('the token is not the one of this gateway');
    expect(wrong.text).not.toContain('guess');
  });

  test('a page of an origin that is not allowed gets no WebSocket at all', async () => {
    const { state, text } = await visit('any', { origins: ['https://app.example.com'] });
    expect(state).toBe('failed');
    expect(text).toContain('no WebSocket to ws://');
  });
});

const pick = ({ key, length, sha256: digest }: { key: readonly number[] | null; length: number; sha256: string }) => ({
  key: key === null ? null : [...key],
  length,
  sha256: digest,
});
