/** A web server for built packages: a page, their modules with imports as paths, and a place to report to. */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join, relative, sep } from 'node:path';
import { root } from '../bootstrap.mjs';

/** Conditions of `exports` that a browser meets. */
const conditions = ['browser', 'import', 'default'];

/** Serves the page that runs `script`; `report` resolves with what the page posts. */
export async function serveModules({ policy, script }) {
  let resolveReport;
  const report = new Promise((resolve) => {
    resolveReport = resolve;
  });
  const server = createServer((request, response) => {
    response.setHeader('Content-Security-Policy', policy);
    if (request.method === 'POST' && request.url === '/report') {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        response.end();
        resolveReport(JSON.parse(Buffer.concat(chunks).toString()));
      });
    } else if (request.url === '/') {
      response.setHeader('Content-Type', 'text/html');
      response.end(`<!doctype html><meta charset="utf-8"><script type="module" src="${script}"></script>`);
    } else {
      const text = moduleText(request.url);
      response.statusCode = text === undefined ? 404 : 200;
      response.setHeader('Content-Type', 'text/javascript');
      response.end(text);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    report,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function moduleText(url) {
  const path = join(root, ...url.split('/').map(decodeURIComponent));
  if (!path.startsWith(root + sep) || !/\.m?js$/.test(path) || !existsSync(path)) return undefined;
  const imports = /(\b(?:from|import)\s*\(?\s*)(["'])([^"'./][^"']*)\2/g;
  return readFileSync(path, 'utf8').replace(imports, (found, before, quote, name) => {
    const target = resolvePackage(name, dirname(path));
    return target === undefined ? found : `${before}${quote}${target}${quote}`;
  });
}

/** The path on this server of what a package name leads to. */
function resolvePackage(name, from) {
  const [, packageName, rest] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(name);
  for (let folder = from; folder.startsWith(root); folder = dirname(folder)) {
    const found = join(folder, 'node_modules', packageName);
    if (!existsSync(join(found, 'package.json'))) continue;
    const { exports = {}, module, main } = JSON.parse(readFileSync(join(found, 'package.json'), 'utf8'));
    const target = pick(typeof exports === 'string' ? exports : (exports[`.${rest}`] ?? exports)) ?? module ?? main;
    if (target === undefined) return undefined;
    return `/${relative(root, realpathSync(join(found, target)))
      .split(sep)
      .map(encodeURIComponent)
      .join('/')}`;
  }
  return undefined;
}

/** Follows the conditions of an `exports` value to a file. */
function pick(value) {
  if (typeof value === 'string') return value;
  for (const [condition, inner] of Object.entries(value ?? {})) {
    if (conditions.includes(condition)) return pick(inner);
  }
  return undefined;
}
