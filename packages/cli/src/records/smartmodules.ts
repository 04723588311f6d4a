/** From the options that name SmartModules to what the client takes. */
import { readFile } from 'node:fs/promises';
import type { SmartModuleLookback, SmartModuleUse } from '@fluvio-ts/client';
import { cliError } from '../errors/errors.ts';
import { unreadable } from '../errors/unreadable.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { SmartModuleValues } from '../spec/smartmodules.ts';
import { duration } from '../values/duration.ts';
import { readWasm } from './wasm-file.ts';

/** The chain that the options ask for; empty without them. @throws `input/*` */
export async function smartModulesOf(options: SmartModuleValues): Promise<readonly SmartModuleUse[]> {
  const { smartmodule, smartmodulePath, aggregateInitial, params, transforms, transformsLine } = options;
  const { lookbackLast, lookbackAge } = options;
  if (transforms !== undefined) return chainOf(transforms, await readChain(transforms));
  if (transformsLine.length > 0) {
    return transformsLine.map((line, i) => stepOf(`--transforms-line ${i + 1}`, parsed('--transforms-line', line)));
  }
  const settings = {
    ...(params.length > 0 && { params: Object.fromEntries(params) }),
    ...(aggregateInitial !== undefined && { accumulator: aggregateInitial }),
    ...((lookbackLast !== undefined || lookbackAge !== undefined) && {
      lookback: {
        ...(lookbackLast !== undefined && { last: lookbackLast }),
        ...(lookbackAge !== undefined && { ageMs: lookbackAge }),
      },
    }),
  };
  if (smartmodule !== undefined) return [{ name: smartmodule, ...settings }];
  if (smartmodulePath !== undefined) return [{ wasm: await readWasm(smartmodulePath), ...settings }];
  const [useless] = Object.keys(settings);
  if (useless !== undefined) {
    const option = useless === 'params' ? '--params' : useless === 'lookback' ? '--lookback-…' : '--aggregate-initial';
    throw new UsageError(`${option} needs --smartmodule or --smartmodule-path`);
  }
  return [];
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function readChain(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readBytes(path));
  const { parse } = await import('yaml');
  try {
    return parse(text);
  } catch (error) {
    throw invalid(path, error instanceof Error ? error.message : String(error));
  }
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(path, error instanceof Error ? error.message : String(error));
  }
}

const invalid = (path: string, reason: string): Error => cliError('input/invalid', { path, reason });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function chainOf(path: string, file: unknown): SmartModuleUse[] {
  if (!isObject(file) || !Array.isArray(file.transforms)) throw invalid(path, 'it has no list `transforms`');
  return file.transforms.map((step, i) => stepOf(`${path}, step ${i + 1}`, step));
}

/** `{ uses, with, lookback: { last, age } }`, as the official command line reads it. */
function stepOf(where: string, step: unknown): SmartModuleUse {
  if (!isObject(step) || typeof step.uses !== 'string') throw invalid(where, 'it has no `uses` with a name');
  const { uses: name, with: given = {}, lookback } = step;
  if (!isObject(given)) throw invalid(where, '`with` must hold parameters by name');
  const params = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [
      key,
      isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value),
    ]),
  );
  return { name, params, ...(lookback != null && { lookback: lookbackOf(where, lookback) }) };
}

function lookbackOf(where: string, lookback: unknown): SmartModuleLookback {
  if (!isObject(lookback)) throw invalid(where, '`lookback` must have `last`, `age`, or both');
  const { last, age } = lookback;
  if (last !== undefined && typeof last !== 'number') throw invalid(where, '`lookback.last` must be a number');
  if (age !== undefined && typeof age !== 'string')
    throw invalid(where, '`lookback.age` must be a duration, such as 1h');
  try {
    return { ...(last !== undefined && { last }), ...(age !== undefined && { ageMs: duration(age) }) };
  } catch (error) {
    throw invalid(where, error instanceof Error ? error.message : String(error));
  }
}
