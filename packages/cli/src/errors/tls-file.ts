/** A certificate or key that the transport refuses, told by the option and the file that it came from. */
import { isFluvioError } from '@fluvio-ts/protocol';
import type { Target } from '../session/target.ts';
import { cliError } from './errors.ts';

/** The transport knows contents only, so it names neither. What is no such refusal passes as it is. */
export function tlsFileError(error: unknown, { tlsFrom, from }: Target): unknown {
  if (!isFluvioError(error, 'tls/options')) return error;
  const { option, reason } = error.context as { readonly option: string; readonly reason: string };
  const { option: flag = `the ${option} of ${from}`, path } = tlsFrom?.[option] ?? {};
  const why = reason
    .replace('; give contents, not a path', '')
    .replace('`cert`', tlsFrom?.cert?.path ?? 'the certificate')
    .replace(/^error:.*/, (text) => `it holds no key that can be read (${text})`);
  return cliError('tls/options', { option: flag, path, reason: why }, error);
}
