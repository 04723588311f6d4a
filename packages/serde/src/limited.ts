/** A bound on the size of what is written and read. */
import { serdeError } from './errors.ts';
import type { Serde } from './serde.ts';

const utf8 = new TextEncoder();

/**
 * Refuses what is larger than `limitBytes`, in both directions: before it is sent, and before it is decoded.
 *
 * @throws `serde/too-large`
 */
export function limited<Out, In>(serde: Serde<Out, In>, limitBytes: number): Serde<Out, In> {
  const check = <B extends Uint8Array>(view: B): B => {
    if (view.length <= limitBytes) return view;
    throw serdeError('serde/too-large', { sizeBytes: view.length, limitBytes });
  };
  return {
    encode(value, place) {
      const encoded = serde.encode(value, place);
      return check(typeof encoded === 'string' ? utf8.encode(encoded) : encoded);
    },
    decode: (view, place) => serde.decode(check(view), place),
  };
}
