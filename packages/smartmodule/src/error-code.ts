/** How errors of SmartModules are told to clients: as the error codes that an SPU answers with. */
import type { ErrorCode } from '@fluvio-ts/protocol';
import { errorKinds } from './abi.ts';
import type { SmartModuleCodes, SmartModuleError } from './errors.ts';

/** Texts on the wire end at 32,767 bytes, and a hint may be that long by itself. */
const LONGEST_MESSAGE = 8_000;

/**
 * The error code for an error of this package.
 *
 * The module's own texts stand in it as an SPU writes them. What an SPU cannot tell, such as a time limit, is `Other`
 * with the text of the error.
 *
 * @param during - what failed; it decides how `Other` begins
 */
export function toErrorCode(error: SmartModuleError, during: 'consume' | 'produce'): ErrorCode {
  switch (error.code) {
    case 'smartmodule/not-found':
      return { kind: 'SmartModuleNotFound', name: contextOf(error, 'smartmodule/not-found').module };
    case 'smartmodule/not-gzip':
      return {
        kind: 'SmartModuleInvalid',
        error: short(contextOf(error, 'smartmodule/not-gzip').reason),
        name: undefined,
      };
    case 'smartmodule/invalid':
      return { kind: 'SmartModuleChainInitError', message: short(error.message) };
    case 'smartmodule/init-failed': {
      const { hint } = contextOf(error, 'smartmodule/init-failed');
      return { kind: 'SmartModuleChainInitError', message: `${short(hint)}\n\nSmartModule Init Error: \n` };
    }
    case 'smartmodule/look-back-failed': {
      const { hint, offset, key, value } = contextOf(error, 'smartmodule/look-back-failed');
      const facts = `Offset: ${offset}\n    Key: ${key === null ? 'NULL' : shown(key)}\n    Value: ${shown(value)}`;
      return {
        kind: 'SmartModuleLookBackError',
        message: `${short(hint)}\n\nSmartModule Lookback Error: \n    ${facts}`,
      };
    }
    case 'smartmodule/record-failed': {
      const { hint, offset, kind, key, value } = contextOf(error, 'smartmodule/record-failed');
      return {
        kind: 'SmartModuleRuntimeError',
        hint,
        offset,
        smartModuleKind: errorKinds[kind],
        recordKey: key ?? undefined,
        recordValue: value,
      };
    }
    case 'smartmodule/memory-limit': {
      const { requestedBytes, limitBytes } = contextOf(error, 'smartmodule/memory-limit');
      return { kind: 'SmartModuleMemoryLimitExceeded', requested: BigInt(requestedBytes), max: BigInt(limitBytes) };
    }
    default: {
      const begin = during === 'produce' ? 'smartmodule chain failed: ' : 'SmartModule err ';
      return { kind: 'Other', message: begin + short(error.message) };
    }
  }
}

/** The context of an error whose code is known: the compiler does not narrow a class by its type parameter. */
function contextOf<Code extends keyof SmartModuleCodes & string>(
  error: SmartModuleError,
  _code: Code,
): SmartModuleCodes[Code] {
  return error.context as SmartModuleCodes[Code];
}

function short(text: string): string {
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE)}…`.replace(/[\ud800-\udbff]…$/, '…');
}

function shown(bytes: Uint8Array): string {
  try {
    return short(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return `Binary: ${bytes.length} bytes`;
  }
}
