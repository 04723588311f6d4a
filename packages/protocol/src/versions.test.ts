import { describe, expect, it } from 'vitest';
import type { ApiVersionKey } from './messages/api-versions.ts';
import { List, Watch } from './messages/sc/apis.ts';
import { FetchConsumerOffsets } from './messages/spu/consumer-offsets.ts';
import { FetchOffsets } from './messages/spu/offsets.ts';
import { Produce } from './messages/spu/produce.ts';
import { StreamFetch, UpdateOffsets } from './messages/spu/stream-fetch.ts';
import { negotiate } from './versions.ts';

const row = (apiKey: number, minVersion: number, maxVersion: number): ApiVersionKey => ({
  apiKey,
  minVersion,
  maxVersion,
});

/** What an SPU of one common version lists; it serves the consumer-offset APIs without listing them. */
const spu = (common: number): ApiVersionKey[] => [
  row(0, 0, common),
  row(1, 0, common),
  row(1002, common, common),
  row(1003, 0, common),
  row(1005, 0, 0),
];

describe('the version of an API', () => {
  it('is the newest of both sides', () => {
    expect([18, 23, 25, 26].map((common) => negotiate(StreamFetch, spu(common), 'SPU'))).toEqual([18, 23, 25, 25]);
    expect(negotiate(FetchOffsets, spu(24), 'SPU')).toBe(24);
    expect(negotiate(UpdateOffsets, spu(25), 'SPU')).toBe(0);
    expect([15, 19, 30].map((max) => negotiate(List, [row(1003, 15, max)], 'SC'))).toEqual([15, 19, 19]);
  });

  it('is our newest where the server does not list the API', () => {
    expect(negotiate(FetchConsumerOffsets, spu(25), 'SPU')).toBe(25);
    expect(negotiate(FetchConsumerOffsets, spu(23), 'SPU')).toBe(25);
    expect(negotiate(StreamFetch, [], 'SPU')).toBe(25);
  });

  it('is refused where there is none in common', () => {
    const refused = (text: string) =>
      expect.objectContaining({ code: 'version/unsupported', message: expect.stringContaining(text) });
    expect(() => negotiate(Produce, spu(17), 'SPU a:1')).toThrow(
      refused('SPU a:1 serves Produce at 0 to 17, and this client speaks 18 to 25'),
    );
    expect(() => negotiate(FetchOffsets, [row(1002, 26, 26)], 'SPU')).toThrow(refused('at 26 to 26'));
    expect(() => negotiate(Watch, [row(1004, 0, 10)], 'SC')).toThrow(refused('speaks 11 to 19'));
    // A server before version 23 does not know the API, and closes the connection when it is asked.
    expect(() => negotiate(FetchConsumerOffsets, spu(22), 'SPU')).toThrow(refused('versions up to 22, without it'));
  });
});
