import { runInNewContext } from 'node:vm';
import { create, type DescMessage } from '@bufbuild/protobuf';
import { StructSchema, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { type } from 'arktype';
import { unpack } from 'msgpackr';
import * as v from 'valibot';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { limited } from './limited.ts';
import { msgpack } from './msgpack.ts';
import { bytes, json, text } from './plain.ts';
import { protobuf } from './protobuf.ts';
import type { Serde } from './serde.ts';
import { validated } from './validated.ts';

const place = { topic: 't', field: 'value' } as const;
const utf8 = new TextEncoder();
const written = <In>(serde: Serde<unknown, In>, value: In): Uint8Array => {
  const encoded = serde.encode(value, place);
  return typeof encoded === 'string' ? utf8.encode(encoded) : encoded;
};
const back = <Out, In>(serde: Serde<Out, In>, value: In): Out => serde.decode(written(serde, value), place);

describe('plain', () => {
  test('bytes and text come back as they were', () => {
    expect(back(bytes(), Uint8Array.of(0, 255))).toEqual(Uint8Array.of(0, 255));
    for (const value of ['', 'é𝄞', '\ufeffbom', '\0']) expect(back(text(), value)).toBe(value);
  });

  test('bytes that are no text are refused, not replaced', () => {
    expect(() => text().decode(Uint8Array.of(0xff), place)).toThrow(/no UTF-8 text/);
    expect(() => json().decode(Uint8Array.of(0x22, 0xc3, 0x22), place)).toThrow(/no UTF-8 text/);
  });

  test('json comes back; bigints are written, exactly', () => {
    expect(back(json(), { a: [1, null, 'é'] })).toEqual({ a: [1, null, 'é'] });
    expect(back(json(), { small: 7n, large: 2n ** 64n })).toEqual({ small: 7, large: '18446744073709551616' });
    const dates = json<{ at: Date }>({
      reviver: (key, value) => (key === 'at' ? new Date(value as string) : value),
    });
    expect(back(dates, { at: new Date(1) })).toEqual({ at: new Date(1) });
  });

  test('what JSON has no form for is refused', () => {
    const loop: Record<string, unknown> = {};
    loop.self = loop;
    expect(() => json().encode(loop, place)).toThrow(/cannot be written as JSON/);
    expect(() => json().encode(undefined, place)).toThrow(/no form for undefined/);
    expect(() => json().decode(utf8.encode('{'), place)).toThrow(/no JSON/);
    expect(() => json().decode(new Uint8Array(0), place)).toThrow(/no JSON/);
  });
});

describe('msgpack', () => {
  test('values come back, bytes and 64-bit integers among them', () => {
    const value = { n: 1.5, s: 'é', b: Uint8Array.of(1, 2), list: [null, true], big: 2n ** 60n };
    const decoded = back(msgpack<typeof value>(), value);
    expect({ ...decoded, b: Uint8Array.from(decoded.b) }).toEqual(value);
  });

  test('any library reads it: maps are maps, and there is no extension', () => {
    const encoded = written(msgpack(), [{ id: 1 }, { id: 2 }]);
    expect([...encoded]).toEqual([0x92, 0x81, 0xa2, 0x69, 0x64, 1, 0x81, 0xa2, 0x69, 0x64, 2]);
    expect(unpack(encoded)).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test('undefined is left out of objects and null elsewhere, as in JSON: no extension for it', () => {
    const serde = msgpack<unknown>();
    expect([...written(serde, { a: undefined, b: 1 })]).toEqual([0x81, 0xa1, 0x62, 1]);
    expect([...written(serde, [undefined, 1])]).toEqual([0x92, 0xc0, 1]);
    const optional = validated(z.object({ a: z.string().optional(), b: z.number() }), msgpack());
    expect(back(optional, { a: undefined, b: 1 })).toEqual({ b: 1 });
  });

  test('what was encoded stays as it is when the next value is encoded', () => {
    const serde = msgpack();
    const first = written(serde, 'first');
    written(serde, 'other');
    expect(serde.decode(first, place)).toBe('first');
  });

  test.each([[[]], [[0x92, 1]], [[0xa5, 0x61]], [[1, 2]]])('refuses %j', (wrong) => {
    expect(() => msgpack().decode(Uint8Array.from(wrong), place)).toThrow(/no MessagePack/);
  });
});

describe('protobuf', () => {
  test('messages come back; fields may be left out', () => {
    const serde = protobuf(TimestampSchema);
    expect(back(serde, { seconds: 7n })).toEqual(create(TimestampSchema, { seconds: 7n, nanos: 0 }));
    expect([...written(serde, { seconds: 7n })]).toEqual([8, 7]);
  });

  test('refuses damage and values that do not fit', () => {
    const serde = protobuf(TimestampSchema as DescMessage);
    expect(() => serde.decode(Uint8Array.of(0xff), place)).toThrow(
      /no Protocol Buffers message google.protobuf.Timesta/,
    );
    expect(() => written(protobuf(TimestampSchema), { seconds: 1n, nanos: 1.5 })).toThrow(/cannot be written/);
    expect(back(protobuf(StructSchema), {})).toMatchObject({ fields: {} });
  });
});

describe('limited', () => {
  test('refuses what is larger, counted in bytes, before it is parsed', () => {
    const serde = limited(text(), 4);
    expect(back(serde, 'éé')).toBe('éé');
    expect(() => serde.encode('ééé', place)).toThrow(/6 bytes are over the limit of 4/);
    expect(() => serde.decode(new Uint8Array(5), place)).toThrow(/5 bytes are over/);
  });
});

describe('validated', () => {
  const wrong = { id: 'x', lines: [{ price: 'dear' }] };
  const right = { id: 7, lines: [{ price: 2 }] };
  const zod = validated(z.object({ id: z.number(), lines: z.array(z.object({ price: z.number() })) }), json());
  const valibot = validated(v.object({ id: v.number(), lines: v.array(v.object({ price: v.number() })) }), json());
  const arktype = validated(type({ id: 'number', lines: type({ price: 'number' }).array() }), json());

  test.each([
    ['zod', zod],
    ['valibot', valibot],
    ['arktype', arktype],
  ])('by %s: right values pass, wrong ones are refused with the places, on both sides', (_, serde) => {
    expect(back(serde, right)).toEqual(right);
    const issues = expect.arrayContaining([
      { path: 'id', message: expect.any(String) },
      { path: 'lines[0].price', message: expect.any(String) },
    ]);
    const refusal = expect.objectContaining({ code: 'serde/invalid', context: { issues } });
    expect(() => serde.encode(wrong as never, place)).toThrow(refusal);
    expect(() => serde.decode(utf8.encode(JSON.stringify(wrong)), place)).toThrow(refusal);
  });

  test('writes what was given, and reads what the schema makes of it', () => {
    const schema = z.object({ at: z.iso.datetime().transform((at) => new Date(at)), n: z.number().default(3) });
    const serde = validated(schema, json());
    expectTypeOf(serde).toEqualTypeOf<Serde<{ at: Date; n: number }, { at: string; n?: number | undefined }>>();
    const at = '2030-01-01T00:00:00Z';
    expect(new TextDecoder().decode(written(serde, { at }))).toBe(`{"at":"${at}"}`);
    expect(back(serde, { at })).toEqual({ at: new Date(at), n: 3 });
  });

  test('on one side only, where the other is trusted', () => {
    const schema = z.object({ id: z.number() });
    expect(() => validated(schema, json(), { on: 'consume' }).encode({ id: 'x' } as never, place)).not.toThrow();
    expect(validated(schema, json(), { on: 'produce' }).decode(utf8.encode('{"id":"x"}'), place)).toEqual({ id: 'x' });
  });

  test('a schema that answers later is refused at once', () => {
    const schema = z.object({ id: z.number() }).refine(() => Promise.resolve(false));
    const later = expect.objectContaining({ code: 'serde/async-schema' });
    expect(() => validated(schema, json()).encode({ id: 1 }, place)).toThrow(later);
    const foreign = {
      '~standard': { version: 1, vendor: 'other', validate: () => runInNewContext('Promise.reject(1)') as never },
    } as const;
    expect(() => validated(foreign, json()).decode(utf8.encode('1'), place)).toThrow(later);
    const valibot = v.pipeAsync(
      v.string(),
      v.checkAsync(() => Promise.reject(new Error('no'))),
    );
    expect(() => validated(valibot, json()).encode('x', place)).toThrow(later);
  });
});
