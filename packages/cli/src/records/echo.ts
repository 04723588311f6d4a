/** Shows each record as it is acknowledged: for whoever types them, and for `--verbose`. */
import type { ProducerRecord, SendResult } from '@fluvio-ts/client';
import { int64ToJson } from '@fluvio-ts/protocol';
import type { Cli } from '../session/cli.ts';

/** See the file's head. */
export interface Echo {
  /** Whether the next record waits for the acknowledgement of this one. */
  readonly waits: boolean;
  /** Asks for the next record. */
  prompt(): void;
  /** Shows what became of a record; without a result it failed, and `why` says why. */
  acknowledged(record: ProducerRecord, result: SendResult | undefined, why: unknown): Promise<void>;
  /** No more records come. */
  end(): void;
}

const utf8 = new TextDecoder();
const textOf = (bytes: Uint8Array | string | null | undefined): string =>
  bytes === null || bytes === undefined ? 'null' : typeof bytes === 'string' ? bytes : utf8.decode(bytes);

/** How it shows records. */
export interface EchoManner {
  /** It prompts, and each record waits for the one before. */
  readonly interactive: boolean;
  /** A SmartModule stands between what is sent and what is stored, and nobody tells where, or whether, a record ends up. */
  readonly transformed: boolean;
}

/** Makes an echo. */
export function echo({ out, talk, signal, globals }: Cli, { interactive, transformed }: EchoManner): Echo {
  const placeOf = ({ offset }: SendResult): string =>
    transformed ? 'as the SmartModule makes it' : `offset ${offset}`;
  if (interactive) {
    talk.note(talk.paint('dim', 'Type records, one on a line. Ctrl-D ends.'));
    return {
      waits: true,
      prompt() {
        if (!signal.aborted) talk.raw('> ');
      },
      async acknowledged(_, result, why) {
        if (result === undefined) talk.warn(why instanceof Error ? why.message : String(why));
        else talk.note(`${talk.paint('green', 'Ok!')} partition ${result.partition}, ${placeOf(result)}`);
      },
      // What follows would stand behind the prompt.
      end: () => talk.raw('\n'),
    };
  }
  return {
    waits: false,
    prompt() {},
    end() {},
    async acknowledged({ key, value }, result) {
      if (result === undefined) return;
      const { partition } = result;
      if (globals.json) {
        await out.line(JSON.stringify({ partition, offset: transformed ? null : int64ToJson(result.offset) }));
      } else {
        await out.line(`${partition} ${transformed ? '-' : result.offset} [${textOf(key)}] ${textOf(value)}`);
      }
    },
  };
}
