import { expect, test } from 'vitest';
import type { Endpoint } from './transport.ts';
import { describeTunnelTarget, parseTunnelQuery, tunnelQuery, tunnelUrl } from './tunnel.ts';

const sc: Endpoint = { kind: 'sc', address: { host: 'localhost', port: 9003 } };
const spu: Endpoint = { kind: 'spu', id: 5001, name: 'main-0', address: { host: '10.0.0.1', port: 9010 } };

const parse = (query: string) => parseTunnelQuery(new URLSearchParams(query));

test('what is asked for is what is understood', () => {
  expect(tunnelQuery(sc)).toBe('endpoint=sc');
  expect(tunnelQuery(spu)).toBe('endpoint=spu&id=5001');
  expect(parse(tunnelQuery(sc))).toEqual({ kind: 'sc' });
  expect(parse(tunnelQuery(spu))).toEqual({ kind: 'spu', id: 5001 });
});

test('a URL keeps its own query, and loses a target it already had', () => {
  expect(tunnelUrl('wss://gateway/tunnel?cluster=a', spu).href).toBe(
    'wss://gateway/tunnel?cluster=a&endpoint=spu&id=5001',
  );
  expect(tunnelUrl('ws://gateway:8080/?endpoint=spu&id=7', sc).href).toBe('ws://gateway:8080/?endpoint=sc');
  expect(tunnelUrl('ws://gateway:8080/?domain=x.&addr=h:1', sc).href).toBe('ws://gateway:8080/?endpoint=sc');
  expect(() => tunnelUrl('gateway', sc)).toThrow(TypeError);
});

test.each<[string, ReturnType<typeof parse>]>([
  ['', { kind: 'sc' }],
  [
    'domain=main-0.&addr=127.0.0.1:9010',
    { kind: 'spu-address', name: 'main-0', address: { host: '127.0.0.1', port: 9010 } },
  ],
  ['domain=main.&addr=[::1]:9010', { kind: 'spu-address', name: 'main', address: { host: '::1', port: 9010 } }],
  ['endpoint=spu&id=0', { kind: 'spu', id: 0 }],
  ['endpoint=spu&id=2147483647&token=x', { kind: 'spu', id: 2147483647 }],
  // The id wins: a gateway never has to weigh an address against it.
  ['endpoint=spu&id=1&domain=x.&addr=evil:1', { kind: 'spu', id: 1 }],
])('?%s', (query, target) => {
  expect(parse(query)).toEqual(target);
});

test.each([
  ['endpoint=', 'not an endpoint'],
  ['endpoint=SC', 'not an endpoint'],
  ['endpoint=spu', 'needs an id'],
  ['endpoint=spu&id=', 'not an SPU id'],
  ['endpoint=spu&id=-1', 'not an SPU id'],
  ['endpoint=spu&id=1e3', 'not an SPU id'],
  ['endpoint=spu&id=2147483648', 'not an SPU id'],
  ['endpoint=spu&id=5001%20', 'not an SPU id'],
  ['domain=main.', 'come together'],
  ['addr=127.0.0.1:9010', 'come together'],
  ['domain=main.&addr=127.0.0.1', 'not an address'],
])('?%s is refused with the reason', (query, reason) => {
  expect(() => parse(query)).toThrow(reason);
  expect(() => parse(query)).toThrow(TypeError);
});

test('targets have names for logs', () => {
  expect(describeTunnelTarget(parse(''))).toBe('the SC');
  expect(describeTunnelTarget(parse('endpoint=spu&id=3'))).toBe('SPU 3');
  expect(describeTunnelTarget(parse('domain=m.&addr=h:1'))).toBe('SPU m at h:1');
});
