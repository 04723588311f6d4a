/** `@fluvio-ts/serde`: values there and back, and what is refused. */

import type { Serde, StandardSchema } from '@fluvio-ts/serde';
import { json, limited, text, validated } from '@fluvio-ts/serde';
import { msgpack } from '@fluvio-ts/serde/msgpack';
import type { Check } from '../check.ts';
import { equal, throws } from '../check.ts';

const place = { topic: 't', field: 'value' } as const;
const utf8 = new TextEncoder();

function back<Out, In>(serde: Serde<Out, In>, value: In): Out {
  const encoded = serde.encode(value, place);
  return serde.decode(typeof encoded === 'string' ? utf8.encode(encoded) : encoded, place);
}

const even: StandardSchema<number, number> = {
  '~standard': {
    version: 1,
    vendor: 'matrix',
    validate: (value) =>
      typeof value === 'number' && value % 2 === 0 ? { value } : { issues: [{ message: 'it is not even' }] },
  },
};

export const serdeChecks: readonly Check[] = [
  {
    name: 'values come back from JSON, text and MessagePack',
    run: () => {
      const value = { id: 7, names: ['é', '𝄞'], nested: { is: true, none: null } };
      equal(back(json<typeof value>(), value), value);
      equal(back(msgpack<typeof value>(), value), value);
      equal(back(text(), '\ufeffé𝄞'), '\ufeffé𝄞');
    },
  },
  {
    name: 'schemas and limits refuse, on both sides',
    run: async () => {
      equal(back(validated(even, json()), 4), 4);
      await throws('serde/invalid', () => validated(even, json()).encode(3, place));
      await throws('serde/invalid', () => validated(even, json()).decode(utf8.encode('3'), place));
      await throws('serde/too-large', () => limited(text(), 2).encode('abc', place));
      await throws('serde/malformed', () => text().decode(Uint8Array.of(0xff), place));
    },
  },
];
