/** SmartModules as people see them. */
import type { SmartModule } from '@fluvio-ts/admin';
import type { Column } from '../output/table.ts';
import { formatSize } from '../values/size.ts';

/** Name by which requests ask for it. */
export function keyOf({ name, spec: { meta } }: SmartModule): string {
  return meta === undefined ? name : `${meta.package.group}/${meta.package.name}@${meta.package.version}`;
}

/** The columns of the official command line. */
export const smartModuleColumns: readonly Column<SmartModule>[] = [
  { title: 'SMARTMODULE', cell: keyOf },
  {
    title: 'SIZE',
    cell: ({ sizeBytes }) => (sizeBytes === undefined ? '-' : formatSize(sizeBytes)),
    align: 'right',
  },
];
