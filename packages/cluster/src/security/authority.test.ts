/** The development authority: what it issues, when it renews, and how it heals. */
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openAuthority } from './authority.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'fluvio-authority-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const DAY_MS = 86_400_000;
const inDays = (days: number) => ({ now: () => new Date(Date.now() + days * DAY_MS) });
const server = { commonName: 'fluvio.local', names: ['fluvio.local', 'localhost', '127.0.0.1', '::1', 'fe80::1:2'] };

it('issues a server certificate that covers names and addresses, and nothing else', async () => {
  const authority = await openAuthority(dir);
  const cert = new X509Certificate((await authority.ensure('sc', server, 'server')).cert);
  for (const name of ['fluvio.local', 'localhost']) expect(cert.checkHost(name)).toBe(name);
  for (const address of ['127.0.0.1', '::1', 'fe80::1:2']) expect(cert.checkIP(address)).toBe(address);
  expect(cert.checkHost('spu.fluvio.local')).toBeUndefined();
  expect(cert.checkIP('::2')).toBeUndefined();
  expect(cert.ca).toBe(false);
  expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(cert.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
  expect(new X509Certificate(authority.cert).ca).toBe(true);
});

it('names a client and its roles', async () => {
  const { ensure } = await openAuthority(dir);
  const roles = ['Reader', 'Team A'];
  const { cert } = await ensure('client-alice', { commonName: 'alice', organizations: roles }, 'client');
  expect(new X509Certificate(cert).toLegacyObject().subject).toMatchObject({ CN: 'alice', O: roles });
});

it('keeps what it has issued, until it is about to expire', async () => {
  const issued = async (days: number) => {
    const authority = await openAuthority(dir, inDays(days));
    return { ca: authority.cert, sc: (await authority.ensure('sc', server, 'server')).cert };
  };
  const first = await issued(0);
  expect(await issued(300)).toEqual(first);
  const renewed = await issued(380);
  expect(renewed.ca).toBe(first.ca);
  expect(renewed.sc).not.toBe(first.sc);
  expect(Date.parse(new X509Certificate(renewed.sc).validTo)).toBeGreaterThan(Date.now() + 700 * DAY_MS);
  // An authority is renewed before anything that it signs could outlive it.
  const anew = await issued(3300);
  expect(anew.ca).not.toBe(first.ca);
  expect(new X509Certificate(anew.sc).verify(new X509Certificate(anew.ca).publicKey)).toBe(true);
});

it('issues again what says something else, is damaged, or has lost its key', async () => {
  const authority = await openAuthority(dir);
  const subject = { commonName: 'alice', organizations: ['Reader'] };
  const first = await authority.ensure('client-alice', subject, 'client');
  expect((await authority.ensure('client-alice', subject, 'client')).cert).toBe(first.cert);
  const other = await authority.ensure('client-alice', { ...subject, organizations: ['Writer'] }, 'client');
  expect(other.cert).not.toBe(first.cert);
  for (const [path, text] of [
    [first.paths.cert, 'not a certificate'],
    [first.paths.key, first.key],
  ] as const) {
    writeFileSync(path, text);
    const healed = await authority.ensure('client-alice', subject, 'client');
    expect(new X509Certificate(healed.cert).subject).toContain('O=Reader');
    expect((await authority.ensure('client-alice', subject, 'client')).cert).toBe(healed.cert);
  }
  rmSync(join(dir, 'tls', 'ca.key'));
  const fresh = await openAuthority(dir);
  expect(fresh.cert).not.toBe(authority.cert);
});
