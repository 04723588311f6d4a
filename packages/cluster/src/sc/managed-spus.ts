/** Tells whoever runs them which SPUs belong to SPU groups: those whose objects say that they are managed. */
import type { ManagedSpu } from '../members/member.ts';
import type { Metadata } from './metadata.ts';
import { follow } from './store.ts';

/** Calls `tell` with all of them at first, and after every change, until the signal is aborted. */
export function followManagedSpus(
  metadata: Metadata,
  signal: AbortSignal,
  tell: (spus: readonly ManagedSpu[]) => void,
): void {
  const { SPU } = metadata.stores;
  let last = '[]';
  follow(SPU, signal, async () => {
    const managed = SPU.all()
      .filter(({ spec }) => spec.spuType === 'Managed')
      .map(({ name, spec }) => ({ id: spec.id, name }));
    const told = JSON.stringify(managed);
    if (told === last) return;
    last = told;
    tell(managed);
  }).catch(() => {
    // The SC is stopping.
  });
}
