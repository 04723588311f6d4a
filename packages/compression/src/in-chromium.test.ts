/** The build for browsers in a real one, under a strict content security policy: it reads Node's data, and Node its. */
import type { Codecs } from '@fluvio-ts/protocol';
import { chromium, type Page } from 'playwright-core';
import { beforeEach, describe, expect, it } from 'vitest';
import * as node from './index.ts';
import { joined, jsonLines, noise } from './testing/samples.ts';
import { findChromium, startSite } from './testing/site.ts';

const executablePath = findChromium();
const contents = [jsonLines(200_000), noise(70_000), new Uint8Array(0), joined(noise(3), new Uint8Array(100_000))];
const names = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const limit = { maxBytes: 1024 * 1024 };

/** What the page answers with; bytes in base64. */
interface Answer {
  readonly content: string;
  readonly compressed: string | undefined;
}

/** Runs in the page: decompresses, and compresses again if there is a compressor. */
async function visit(given: { readonly name: (typeof names)[number]; readonly compressed: string }): Promise<Answer> {
  const { codecs } = globalThis as unknown as { readonly codecs: Required<Codecs> };
  const codec = codecs[given.name];
  const bytes = Uint8Array.from(atob(given.compressed), (char) => char.charCodeAt(0));
  const content = await codec.decompress(bytes, { maxBytes: 1024 * 1024 });
  const text = (array: Uint8Array): string => btoa(Array.from(array, (byte) => String.fromCharCode(byte)).join(''));
  try {
    return { content: text(content), compressed: text(await codec.compress(content)) };
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'codec/unavailable') throw error;
    return { content: text(content), compressed: undefined };
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

describe('in Chromium', () => {
  beforeEach(({ skip }) =>
    skip(executablePath === undefined, 'no Chromium: install it, or name it in FLUVIO_CHROMIUM'),
  );

  it('every codec reads what Node writes, and writes what Node reads, but for zstd, which it does not write', async () => {
    if (executablePath === undefined) return;
    await using site = await startSite();
    await using browser = await chromium.launch({ executablePath, chromiumSandbox: false, args: ['--disable-gpu'] });
    const page: Page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('requestfailed', (request) => complaints.push(request.url()));
    await page.goto(site.url);
    for (const name of names) {
      const codec = node.codecs()[name];
      for (const content of contents) {
        const answer = await page.evaluate(visit, { name, compressed: base64(await codec.compress(content)) });
        expect(answer.content === base64(content), `${name} read`).toBe(true);
        if (name === 'zstd') {
          expect(answer.compressed).toBeUndefined();
          continue;
        }
        const back = await codec.decompress(bytesOf(answer.compressed ?? ''), limit);
        expect(Buffer.compare(back, content), `${name} written`).toBe(0);
      }
    }
    expect(complaints).toEqual([]);
  });
});
