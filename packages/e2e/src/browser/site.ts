/**
 * A web site that serves the packages as they are published: ES modules, one file each, found by an import map. Nothing is
 * bundled, and the page may neither evaluate text as code nor talk to anyone but the gateway.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join, normalize, sep } from 'node:path';

/** What to serve. */
export interface SiteOptions {
  /** Packages that the page imports, at every entry that they have for browsers. */
  readonly packages: readonly string[];
  /** Compiled module that the page runs. */
  readonly script: string;
  /** Origins that the page may connect to, besides its own. */
  readonly connectTo: readonly string[];
}

/** A site that is served. */
export interface Site extends AsyncDisposable {
  readonly url: string;
  /** Paths that were asked for and not found. */
  readonly missing: readonly string[];
}

const require = createRequire(import.meta.url);

/** Serves the site on a free port of this machine. */
export async function startSite({ packages, script, connectTo }: SiteOptions): Promise<Site> {
  const folders = new Map(packages.map((name) => [name, folderOf(name)]));
  const imports = Object.fromEntries([...folders].flatMap(([name, folder]) => entriesOf(name, folder)));
  const importMap = JSON.stringify({ imports }, undefined, 2);
  const hash = createHash('sha256').update(importMap).digest('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    `connect-src ${connectTo.join(' ')}`,
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
  const page = `<!doctype html>
<meta charset="utf-8">
<title>fluvio-ts in a browser</title>
<script type="importmap">${importMap}</script>
<script type="module" src="/page/${script.split(sep).at(-1)}"></script>
<output></output>
`;
  const missing: string[] = [];

  const fileOf = (path: string): string | undefined => {
    if (path.startsWith('/page/')) return join(dirname(script), path.slice('/page/'.length));
    for (const [name, folder] of folders) {
      if (path.startsWith(`/packages/${name}/`)) return join(folder, path.slice(`/packages/${name}/`.length));
    }
    return undefined;
  };

  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://site').pathname);
    if (path === '/') {
      response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy }).end(page);
      return;
    }
    const file = fileOf(path);
    if (file === undefined || !file.endsWith('.js') || !existsSync(file)) {
      if (path !== '/favicon.ico') missing.push(path);
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/javascript' }).end(readFileSync(file));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    missing,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function folderOf(name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}

/** What `exports` names for an entry: a file, or one for each condition. */
type Target = string | { readonly [condition: string]: Target | undefined };

/** The entries of a package's `exports`, as a browser is to load them. */
function entriesOf(name: string, folder: string): [string, string][] {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    exports: Record<string, Target>;
  };
  return Object.entries(manifest.exports).flatMap(([entry, target]) => {
    const file = forBrowsers(target);
    return file?.endsWith('.js') ? [[join(name, entry), join('/packages', name, file)]] : [];
  });
}

function forBrowsers(target: Target | undefined): string | undefined {
  return typeof target === 'object' ? forBrowsers(target.browser ?? target.default) : target;
}
