/** A page that imports the built packages, one file each, under a policy without eval and WebAssembly. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join, normalize } from 'node:path';

const packages: Readonly<Record<string, string>> = {
  compression: join(import.meta.dirname, '../../dist'),
  protocol: join(dirname(createRequire(import.meta.url).resolve('@fluvio-ts/protocol/package.json')), 'dist'),
};
const importMap = JSON.stringify({
  imports: { '@fluvio-ts/compression': '/compression/browser.js', '@fluvio-ts/protocol': '/protocol/index.js' },
});
const policy = `default-src 'none'; script-src 'self' 'sha256-${createHash('sha256').update(importMap).digest('base64')}'`;
const page = `<!doctype html><meta charset="utf-8"><title>codecs</title><script type="importmap">${importMap}</script><script type="module" src="/page.js"></script>`;
/** What tests call in the page. */
const script = "import { codecs } from '@fluvio-ts/compression'; globalThis.codecs = codecs();";

/** Serves the page on a free port of this machine. */
export async function startSite(): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((request, response) => {
    const path = normalize(request.url ?? '/');
    if (path === '/') {
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy }).end(page);
      return;
    }
    if (path === '/page.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
      return;
    }
    const [, name = '', ...rest] = path.split('/');
    const file = join(packages[name] ?? '', ...rest);
    if (packages[name] === undefined || !existsSync(file)) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(file));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Path of this machine's Chromium, which `scripts/machine.mjs` looks for in the same places. */
export function findChromium(): string | undefined {
  const named = process.env.FLUVIO_CHROMIUM;
  if (named !== undefined && named !== '') return named;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
