/** Making the entries of a folder durable: a file that was made, renamed or removed is safe only after this. */
import { open } from 'node:fs/promises';

/** Hands a folder's entries to the device. Systems that cannot (Windows) are left alone. */
export async function syncDirectory(path: string): Promise<void> {
  let folder: Awaited<ReturnType<typeof open>>;
  try {
    folder = await open(path, 'r');
  } catch {
    return;
  }
  try {
    await folder.sync();
  } catch {
    // Not every file system takes this; none that does fails at it without failing at the files as well.
  } finally {
    await folder.close();
  }
}
