/** Which codec a producer compresses with: its own choice within the rule of the topic. */
import type { Codec, CodecName, Codecs, CompressionAlgorithm } from '@fluvio-ts/protocol';
import { clientError } from '../errors.ts';

/** The codec, or undefined for none. @throws `option/invalid` where the rule of the topic and the choice differ, `produce/codec-missing` */
export function codecFor(
  topic: string,
  rule: CompressionAlgorithm,
  choice: CodecName | undefined,
  codecs: Codecs,
): Codec | undefined {
  const ruled = rule === 'Any' ? undefined : (rule.toLowerCase() as CodecName);
  if (choice !== undefined && ruled !== undefined && choice !== ruled) {
    const reason = `is '${choice}', but topic '${topic}' takes ${ruled === 'none' ? 'only uncompressed batches' : `only ${ruled}`}`;
    throw clientError('option/invalid', { option: 'compression', reason });
  }
  const name = choice ?? ruled ?? 'none';
  if (name === 'none') return undefined;
  const codec = codecs[name];
  if (codec === undefined) throw clientError('produce/codec-missing', { topic, codec: name });
  return codec;
}
