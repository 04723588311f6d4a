/** The SmartModules that options name, as the client wants them. */
import { readFile } from 'node:fs/promises';
import type { SmartModuleUse } from '@fluvio-ts/client';
import { parse } from 'yaml';
import { cliError } from '../errors/errors.ts';
import { unreadable } from '../errors/unreadable.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { SmartModuleOptions } from '../spec/smartmodule-options.ts';
import { duration } from '../values/duration.ts';

/** None, one or a chain. @throws `input/unreadable`, `input/invalid`, and `usage` for options that mean nothing alone */
export async function smartModulesOf(options: SmartModuleOptions): Promise<readonly SmartModuleUse[]> {
  const { smartmodule, smartmodulePath, transforms, transformsLine } = options;
  const how = howOf(options);
  if (smartmodule !== undefined) return [{ name: smartmodule, ...how }];
  if (smartmodulePath !== undefined) return [{ wasm: await bytesOf(smartmodulePath), ...how }];
  if (Object.keys(how).length > 0) {
    const reason = '--params, --aggregate-initial and --lookback-… belong to --smartmodule or --smartmodule-path';
    throw new UsageError(reason);
  }
  if (transforms !== undefined) {
    const steps = (documentOf(transforms, (await bytesOf(transforms)).toString()) as { readonly transforms?: unknown })
      ?.transforms;
    if (!Array.isArray(steps))
      throw cliError('input/invalid', { path: transforms, reason: 'it has no list transforms' });
    return steps.map((step, i) => stepOf(step, `${transforms}, transforms[${i}]`));
  }
  return transformsLine.map((line) => stepOf(documentOf('--transforms-line', line), '--transforms-line'));
}

/** What one module is told. */
function howOf({ params, aggregateInitial, lookbackLast, lookbackAge }: SmartModuleOptions) {
  return {
    ...(params.length > 0 && { params: Object.fromEntries(params) }),
    ...(aggregateInitial !== undefined && { accumulator: aggregateInitial }),
    ...((lookbackLast !== undefined || lookbackAge !== undefined) && {
      lookback: {
        ...(lookbackLast !== undefined && { last: lookbackLast }),
        ...(lookbackAge !== undefined && { ageMs: lookbackAge }),
      },
    }),
  };
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** YAML, and JSON with it. */
function documentOf(path: string, given: string): unknown {
  try {
    return parse(given);
  } catch (error) {
    throw cliError('input/invalid', { path, reason: (error as Error).message }, error);
  }
}

/** `{ uses, with, lookback: { last, age } }` */
function stepOf(step: unknown, path: string): SmartModuleUse {
  const wrong = (reason: string): Error => cliError('input/invalid', { path, reason });
  if (typeof step !== 'object' || step === null) throw wrong('it should be an object with uses');
  const { uses, with: given, lookback } = step as Readonly<Record<string, unknown>>;
  if (typeof uses !== 'string' || uses === '') throw wrong('uses should name a SmartModule');
  return {
    name: uses,
    ...(given !== undefined && given !== null && { params: paramsOf(given, wrong) }),
    ...(lookback !== undefined && lookback !== null && { lookback: lookbackOf(lookback, wrong) }),
  };
}

/** Texts as they are; what else there may be, as JSON, which is what modules of the Rust SDK take. */
function paramsOf(given: unknown, wrong: (reason: string) => Error): Record<string, string> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw wrong('with should be an object');
  return Object.fromEntries(
    Object.entries(given).map(([name, param]) => [name, typeof param === 'string' ? param : JSON.stringify(param)]),
  );
}

function lookbackOf(given: unknown, wrong: (reason: string) => Error) {
  const { last, age } = given as { readonly last?: unknown; readonly age?: unknown };
  if (last !== undefined && (typeof last !== 'number' || !Number.isSafeInteger(last) || last < 0)) {
    throw wrong('lookback.last should be a whole number');
  }
  if (age === undefined) return { last: last ?? 0 };
  if (typeof age !== 'string') throw wrong("lookback.age should be a duration, '30s' say");
  try {
    return { ...(last !== undefined && { last }), ageMs: duration(age) };
  } catch (error) {
    throw wrong(`lookback.age: ${(error as Error).message}`);
  }
}
