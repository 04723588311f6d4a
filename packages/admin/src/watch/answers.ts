/** Reads the answers of one watch on one connection: which of them replace everything, and which are changes. */
import type { MetadataUpdate } from '@fluvio-ts/protocol';

/** Where the objects of the answers go. */
export interface Sink<Wire> {
  replace(objects: readonly Wire[]): void;
  set(object: Wire): void;
  remove(name: string): void;
}

/**
 * Makes the reader of one watch, which takes its answers in order.
 *
 * - Objects in `all` are the whole truth; so are the changes of the first answer that has any, since the controller knows
 *   of no earlier one on this connection.
 * - An answer without objects and changes means "no objects" where its epoch is new, and nothing where it is not: a
 *   controller that has not loaded its objects yet answers so at epoch 0.
 * - An object that was deleted and created again between two answers comes as an update and, behind it, a deletion that
 *   no longer holds.
 */
export function answerReader<Wire extends { readonly name: string }>(
  sink: Sink<Wire>,
): (answer: MetadataUpdate<Wire>) => void {
  let epoch = 0n;
  let loaded = false;
  return (answer) => {
    const isNew = answer.epoch > epoch;
    epoch = answer.epoch;
    if (answer.all.length > 0) {
      sink.replace(answer.all);
      loaded = true;
    } else if (answer.changes.length > 0) {
      const updates = answer.changes.filter(({ header }) => header === 'UPDATE').map(({ content }) => content);
      if (!loaded) {
        sink.replace(updates);
        loaded = true;
        return;
      }
      for (const object of updates) sink.set(object);
      const updated = new Set(updates.map(({ name }) => name));
      for (const { header, content } of answer.changes) {
        if (header === 'DELETE' && !updated.has(content.name)) sink.remove(content.name);
      }
    } else if (isNew) {
      sink.replace([]);
      loaded = true;
    }
  };
}
