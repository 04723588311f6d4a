/** Table formats: kept for terminals that show records as rows; the cluster itself does nothing with them. */
import type { Status, TableFormatSpec } from '@fluvio-ts/protocol';
import type { Metadata } from './metadata.ts';
import { canBeKept } from './object-files.ts';
import { change, refusal, statusOf } from './outcome.ts';

/** Stores a table format. Fluvio's SC does not know a dry run here; this one does. */
export async function createTableFormat(
  metadata: Metadata,
  name: string,
  spec: TableFormatSpec,
  dryRun: boolean,
): Promise<Status> {
  const refused = await change(metadata, 'TableFormatError', async () => {
    if (metadata.stores.TableFormat.get(name) !== undefined) {
      return refusal('TableFormatAlreadyExists', `tableformat '${name}' already defined`);
    }
    if (name === '' || !canBeKept(name))
      return refusal('TableFormatError', `'${name}' cannot be the name of a table format`);
    if (dryRun) return undefined;
    const put = { name, uid: metadata.newUid(), spec, status: { resolution: 'Init', reason: undefined } } as const;
    await metadata.commit([{ label: 'TableFormat', put }]);
    return undefined;
  });
  return statusOf(name, refused);
}

/** Removes a table format. */
export async function deleteTableFormat(metadata: Metadata, name: string): Promise<Status> {
  const refused = await change(metadata, 'TableFormatError', async () => {
    if (metadata.stores.TableFormat.get(name) === undefined) return refusal('TableFormatNotFound', 'not found');
    await metadata.commit([{ label: 'TableFormat', delete: name }]);
    return undefined;
  });
  return statusOf(name, refused);
}
