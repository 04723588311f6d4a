/** What a SmartModule does with records: its one transform, told by the name of its export. */

/** What a module does: keeps or drops a record, changes it, both, makes several of one, or folds it into a running value. */
export type TransformKind = 'filter' | 'map' | 'filter_map' | 'array_map' | 'aggregate';

/** The transforms, by the name of the export, in the order in which they are looked for. */
export const transformKinds: readonly TransformKind[] = ['filter', 'map', 'filter_map', 'array_map', 'aggregate'];

/** Facts about one module of a chain. */
export interface ModuleFacts {
  /** Its name, or its place in the chain (`#1`). */
  readonly name: string;
  readonly kind: TransformKind;
  /** Whether it wants to see records of the past before it starts. */
  readonly looksBack: boolean;
}
