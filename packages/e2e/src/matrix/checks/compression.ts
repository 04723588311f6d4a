/** `@fluvio-ts/compression`: batches of every codec there and back, containers of the protocol document, bombs and damage. */
import { codecs } from '@fluvio-ts/compression';
import type { Codec, CodecName } from '@fluvio-ts/protocol';
import { BatchBuilder, isFluvioError, readBatches } from '@fluvio-ts/protocol';
import type { Check } from '../check.ts';
import { equal, throws } from '../check.ts';

const ALL: readonly Exclude<CodecName, 'none'>[] = ['gzip', 'snappy', 'lz4', 'zstd'];

/** Eight times `hello`, as Rust's libraries compress it. */
const CONTAINERS: Readonly<Record<(typeof ALL)[number], string>> = {
  gzip: '1f8b08000000000000ffcb48cdc9c957c8209604006a762cb92f000000',
  snappy: 'ff060000734e61507059000f000000dd5fb82f1468656c6c6f20a20600',
  lz4: '04224d18604082110000006f68656c6c6f20060010602068656c6c6f00000000',
  zstd: '28b52ffd00486500003068656c6c6f200100029522',
};
const HELLO = Array.from({ length: 8 }, () => 'hello').join(' ');
const MAX_BYTES = 1_000_000;

export const compressionChecks: readonly Check[] = ALL.flatMap((name) => {
  const codec = (): Codec => codecs()[name];
  return [
    {
      name: `${name} reads what Rust's library wrote`,
      run: async () => {
        const bytes = await codec().decompress(bytesOf(CONTAINERS[name]), { maxBytes: 100 });
        equal(new TextDecoder().decode(bytes), HELLO);
      },
    },
    {
      name: `a batch comes back from ${name}`,
      run: async () => {
        const builder = new BatchBuilder();
        const values = Array.from({ length: 300 }, (_, i) => `{"reading":${i},"place":"é"}`);
        for (const value of values) builder.add(null, value, 1000);
        let packed: Uint8Array;
        try {
          packed = await builder.finish(codec());
        } catch (error) {
          // Browsers have no compressor for it.
          if (name === 'zstd' && isFluvioError(error, 'codec/unavailable')) return;
          throw error;
        }
        for (const batch of readBatches(packed).batches) {
          batch.verifyCrc();
          equal(batch.codec, name);
          equal(
            Array.from(await batch.open(codecs()), (record) => record.text()),
            values,
          );
        }
      },
    },
    {
      name: `${name} makes no more than it may, and refuses damage`,
      run: async () => {
        const packed = bytesOf(CONTAINERS[name]);
        await throws('codec/too-large', () => codec().decompress(packed, { maxBytes: HELLO.length - 1 }));
        await throws('codec/damaged', () => codec().decompress(packed.subarray(0, -3), { maxBytes: MAX_BYTES }));
        await throws('codec/damaged', () => codec().decompress(new Uint8Array(20), { maxBytes: MAX_BYTES }));
      },
    },
  ];
});

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
