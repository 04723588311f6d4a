import { expect, test } from 'vitest';
import { originCheck } from './origins.ts';

const byDefault = originCheck(undefined, '127.0.0.1');

test.each([
  ['no page at all', undefined, '127.0.0.1:9095', true],
  ['a page of this machine', 'http://localhost:5173', '127.0.0.1:9095', true],
  ['one by a loopback address', 'http://127.0.0.1:8080', 'localhost:9095', true],
  ['one by an IPv6 loopback address', 'https://[::1]:8080', 'localhost:9095', true],
  ['a subdomain of localhost', 'http://app.localhost', 'localhost:9095', true],
  ['another site', 'https://example.com', '127.0.0.1:9095', false],
  ['a name that only begins like this machine', 'http://localhost.example.com', '127.0.0.1:9095', false],
  ['a name that only looks like a loopback address', 'http://127.0.0.1.example.com', '127.0.0.1:9095', false],
  ['a name that was pointed at this machine', 'http://evil.example:9095', 'evil.example:9095', false],
  ['the same IP address', 'http://10.1.2.3:8080', '10.1.2.3:9095', true],
  ['another IP address', 'http://10.1.2.4:8080', '10.1.2.3:9095', false],
  ['the same IPv6 address', 'http://[2001:db8::1]', '[2001:db8:0::1]:9095', true],
  ['a page without an origin', 'null', '127.0.0.1:9095', false],
  ['no URL', 'nonsense', '127.0.0.1:9095', false],
])('by default, %s: %s at %s: %s', (_, origin, host, allowed) => {
  expect(byDefault({ origin, host })).toBe(allowed);
});

test('pages of the host that the gateway was told to listen on are its own', () => {
  expect(originCheck(undefined, 'gateway.example')({ origin: 'https://gateway.example', host: 'x' })).toBe(true);
});

test('a list allows what it names and nothing else, in any spelling', () => {
  const check = originCheck(['https://App.Example.com:443/', 'http://10.0.0.1:8080', 'null'], '127.0.0.1');
  expect(check({ origin: 'https://app.example.com' })).toBe(true);
  expect(check({ origin: 'http://10.0.0.1:8080' })).toBe(true);
  expect(check({ origin: 'null' })).toBe(true);
  expect(check({})).toBe(true);
  expect(check({ origin: 'http://app.example.com' })).toBe(false);
  expect(check({ origin: 'https://app.example.com:8443' })).toBe(false);
  expect(check({ origin: 'http://localhost' })).toBe(false);
});

test('a star allows all', () => {
  expect(originCheck('*', '127.0.0.1')({ origin: 'https://example.com' })).toBe(true);
});

test.each(['example.com', 'https://example.com/app', '*.example.com', 'https://example.com?x'])(
  '%s is no origin',
  (entry) => {
    expect(() => originCheck([entry], '127.0.0.1')).toThrow(/option origins has '.*', which is not an origin/);
  },
);
