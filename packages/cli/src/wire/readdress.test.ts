import { type Address, decodeResponse, encodeResponse, List, type ObjectOf, Watch } from '@fluvio-ts/protocol';
import { describeFrame } from '@fluvio-ts/protocol/describe';
import { expect, test } from 'vitest';
import { readdress } from './readdress.ts';

const spu = (
  ingress: readonly { hostname?: string; ip?: string }[],
  local?: { host: string; port: number },
): ObjectOf<'SPU'> => ({
  name: 'one',
  spec: {
    id: 5001,
    spuType: 'Custom',
    publicEndpoint: {
      port: 9010,
      ingress: ingress.map(({ hostname, ip }) => ({ hostname, ip })),
      encryption: 'PLAINTEXT',
    },
    privateEndpoint: { port: 9011, host: 'inside', encryption: 'PLAINTEXT' },
    rack: 'r1',
    publicEndpointLocal: local && { ...local, encryption: 'PLAINTEXT' },
  },
  status: { resolution: 'Online' },
});

const change = async (bytes: Uint8Array, apiKey: number, apiVersion: number, to: Address | undefined) => {
  const asked: string[] = [];
  const description = describeFrame(bytes.subarray(4), {
    server: 'sc',
    direction: 'response',
    answers: { apiKey, apiVersion },
  });
  const result = await readdress(bytes, description, async ({ host, port }) => {
    asked.push(`${host}:${port}`);
    return to;
  });
  return { asked, result };
};

const before = [
  spu([{ hostname: 'spu.example' }, { ip: '10.0.0.2' }], { host: '', port: 9999 }),
  spu([{ ip: '10.0.0.1' }]),
  spu([]),
];
const after = [
  spu([{ hostname: '192.168.100.200' }, { ip: '192.168.100.200' }], { host: '192.168.100.200', port: 7 }),
  spu([{ ip: '192.168.100.200' }]),
  spu([]),
].map((each, i) => ({
  ...each,
  spec: { ...each.spec, publicEndpoint: { ...each.spec.publicEndpoint, port: i === 2 ? 9010 : 7 } },
}));
const proxy = { host: '192.168.100.200', port: 7 };

test.each([10, 11, 19])(
  'the addresses for clients are replaced in a List at version %d, and nothing else',
  async (version) => {
    // Version 10 knows no local address, and has no length in front of the body.
    const plain = encodeResponse(List, version, 3, { label: 'SPU', body: before });
    const { asked, result } = await change(plain, List.key, version, proxy);
    expect(asked).toEqual(['spu.example:9010', '127.0.0.1:9999', '10.0.0.1:9010']);
    expect(Buffer.from(result).toString('hex')).toBe(
      Buffer.from(encodeResponse(List, version, 3, { label: 'SPU', body: after })).toString('hex'),
    );
  },
);

test('bytes that nobody understands stay, and lengths stay right', async () => {
  const plain = encodeResponse(Watch, 19, 4, { label: 'SPU', body: { epoch: 1n, changes: [], all: before } });
  const odd = Buffer.concat([plain, Buffer.from('fefefe', 'hex')]);
  odd.writeInt32BE(odd.length - 4);
  const { result } = await change(odd, Watch.key, 19, proxy);
  expect(Buffer.from(result.subarray(-3)).toString('hex')).toBe('fefefe');
  expect(Buffer.from(result).readInt32BE(0)).toBe(result.length - 4);
  expect(decodeResponse(Watch, 19, result.subarray(4))).toMatchObject({ body: { epoch: 1n, all: after } });
});

test('changes and deletions are replaced, too', async () => {
  const [one] = before;
  const changes = [{ header: 'DELETE', content: one as ObjectOf<'SPU'> }] as const;
  const plain = encodeResponse(Watch, 19, 4, { label: 'SPU', body: { epoch: 1n, changes, all: [] } });
  const { result } = await change(plain, Watch.key, 19, proxy);
  expect(decodeResponse(Watch, 19, result.subarray(4))).toMatchObject({ body: { changes: [{ content: after[0] }] } });
});

test('other answers, unreadable ones, and those without a way through are the very same bytes', async () => {
  const topics = encodeResponse(List, 19, 3, { label: 'Topic', body: [] });
  expect((await change(topics, List.key, 19, proxy)).result).toBe(topics);
  const cut = encodeResponse(List, 19, 3, { label: 'SPU', body: before }).slice(0, -9);
  expect((await change(cut, List.key, 19, proxy)).result).toBe(cut);
  const whole = encodeResponse(List, 19, 3, { label: 'SPU', body: before });
  expect((await change(whole, List.key, 19, undefined)).result).toBe(whole);
});
