/** Finds the machine's Chromium, which `scripts/machine.mjs` looks for in the same places, and drives it. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Why a test that needs a browser is skipped. */
export const NO_CHROMIUM = 'no Chromium: install it, or name it in FLUVIO_CHROMIUM';

/** Path of a Chromium, if there is one. */
export function findChromium(): string | undefined {
  const named = process.env.FLUVIO_CHROMIUM;
  if (named !== undefined && named !== '') return named;
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isProgram);
}

/** Starts it without a window, without calls to its maker, and without a sandbox, which root cannot have. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    chromiumSandbox: false,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
