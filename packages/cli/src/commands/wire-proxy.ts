/** `flv wire proxy` */
import { formatAddress } from '@fluvio-ts/protocol';
import { EXIT } from '../errors/exit-code.ts';
import { UsageError } from '../parse/usage-error.ts';
import type { Cli } from '../session/cli.ts';
import type { WireProxy } from '../spec/wire.ts';
import type { Observe } from '../wire/events.ts';
import { startProxy } from '../wire/proxy.ts';
import { type Recording, startRecording } from '../wire/recording.ts';
import { lineOf, objectOf } from '../wire/show-event.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** Off a terminal, where nothing says how wide a line may be. */
const LINE_WIDTH = 200;

export async function run({ options }: WireProxy, cli: Cli): Promise<number> {
  const { out, talk, globals, signal } = cli;
  const { to } = options;
  if (to === undefined || to.port === 0) {
    throw new UsageError(
      '--to <host:port> is needed: the server to pass everything on to',
      'see flv wire proxy --help',
    );
  }
  const asJson = globals.json || options.output === 'ndjson';
  const mute = new AbortController();
  const recording = options.record === undefined ? undefined : await startRecording(options.record);
  try {
    const proxy = await startProxy({
      listen: options.listen,
      to,
      server: options.server,
      follow: !options.direct,
      connectTimeoutMs: globals.timeout ?? CONNECT_TIMEOUT_MS,
      observe: observer(cli, asJson, recording, mute),
      followed(spu, through) {
        if (through instanceof Error) talk.warn(`no way through here to ${formatAddress(spu)}: ${through.message}`);
        else talk.note(`${formatAddress(spu)} is reached through ${formatAddress(through)}`);
      },
    });
    try {
      const [listen, target] = [formatAddress(proxy.address), formatAddress(to)];
      if (asJson) await out.line(JSON.stringify({ kind: 'listening', listen, to: target }));
      else {
        await out.line(`proxy at ${listen}, to the ${options.server.toUpperCase()} at ${target}`);
        talk.note(`try: flv --cluster ${listen} topic list; Ctrl-C stops it`);
      }
      await aborted(AbortSignal.any([signal, out.gone, mute.signal]));
    } finally {
      await proxy.stop();
    }
  } finally {
    await recording?.close();
  }
  return recording?.failure === undefined ? EXIT.ok : EXIT.failure;
}

/** Shows and records what is seen. A reader that is slow slows the connections down; where nothing can be shown, it mutes. */
function observer(
  { out, talk }: Cli,
  asJson: boolean,
  recording: Recording | undefined,
  mute: AbortController,
): Observe {
  let warned = false;
  const width = out.isTTY ? out.columns : LINE_WIDTH;
  return async (event) => {
    const recorded = recording?.add(event);
    const silent = event.kind === 'bytes' && event.why === undefined;
    try {
      if (asJson && !silent) await out.line(JSON.stringify(objectOf(event)));
      else if (!silent && 'bytes' in event) await out.line(lineOf(event, width));
      else if (!silent) talk.note(talk.paint('dim', lineOf(event, width)));
    } catch {
      // The stream keeps what it failed with, and the program ends with that.
      mute.abort();
    }
    await recorded;
    if (recording?.failure === undefined || warned) return;
    warned = true;
    talk.warn(`the recording ends here: ${recording.failure.message}`);
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
