/** Chooses how a frame is read, by what is known of it and by what it looks like. */
import { codecs } from '@fluvio-ts/compression';
import { type Api, scApis, spuApis } from '@fluvio-ts/protocol';
import {
  type DescribeOptions,
  describeFrame,
  type FrameDescription,
  guessFrame,
  type InputFrame,
  type Server,
  type ShowOptions,
} from '@fluvio-ts/protocol/describe';
import { UsageError } from '../parse/usage-error.ts';

/** What the user says of all frames. */
export interface Known {
  readonly server?: Server | undefined;
  readonly direction?: DescribeOptions['direction'] | undefined;
  /** Of answers: the API, and its version if that is known. */
  readonly api?: { readonly key: number; readonly version: number | undefined } | undefined;
}

/** A frame, read. */
export interface Reading {
  readonly description: FrameDescription;
  /** What else it may be, where nothing said what it is. */
  readonly others: readonly FrameDescription[];
  /** What the frame's length says, where it is longer than what is there. */
  readonly cutFrom?: number;
}

/** What an answer is read by. */
interface Asked {
  readonly server: Server;
  readonly answers: NonNullable<DescribeOptions['answers']>;
}

/** Reads frames in the order in which they passed; answers are read by the requests before them. */
export function reader(known: Known, limits: ShowOptions = {}): (frame: InputFrame) => Reading {
  const show: ShowOptions = { codecs: codecs(), ...limits };
  const asked = new Map<string, Asked>();

  const remember = (reading: Reading): Reading => {
    const { direction, server, correlationId, apiKey, version } = reading.description;
    if (direction === 'request' && apiKey !== undefined && version !== undefined) {
      asked.set(`${server} ${correlationId}`, { server, answers: { apiKey, apiVersion: version } });
    }
    return reading;
  };

  const readAs = ({ frame, answers, ...input }: InputFrame): Reading => {
    const server = known.server ?? input.server;
    const direction = known.direction ?? input.direction;
    const request = (of: Server): FrameDescription =>
      describeFrame(frame, { ...show, server: of, direction: 'request' });
    if (direction === 'request' && server !== undefined) return sure(request(server));

    const was = direction === 'request' ? undefined : askedFor(frame, server, answers);
    const asAnswer = (of: Asked): Reading => sure(describeFrame(frame, { ...show, ...of, direction: 'response' }));
    if (direction === 'response' && was !== undefined) return asAnswer(was);

    const [guess, ...others] = guessFrame(frame, show).filter(
      (each) => each.server === (server ?? each.server) && each.direction === (direction ?? each.direction),
    );
    if (guess?.direction !== 'request' && was !== undefined) return asAnswer(was);
    if (guess !== undefined) return { description: guess, others };
    if (direction === 'response') return sure(describeFrame(frame, { ...show, server: server ?? 'sc', direction }));
    // Nothing fits: a request, then, of the server that has its API, or of either.
    const [first = server ?? 'sc', ...more] = serversWith(apiKeyOf(frame), server);
    return { description: request(first), others: more.map(request) };
  };

  const askedFor = (
    frame: Uint8Array,
    server: Server | undefined,
    answers: InputFrame['answers'],
  ): Asked | undefined => {
    const { api } = known;
    if (api === undefined) {
      if (answers !== undefined) {
        const [of = 'sc'] = serversWith(answers.apiKey, server);
        return { server: of, answers };
      }
      const id = correlationIdOf(frame);
      return asked.get(`${server ?? 'sc'} ${id}`) ?? asked.get(`${server ?? 'spu'} ${id}`);
    }
    const { key: apiKey, version } = api;
    const [of = 'sc'] = serversWith(apiKey, server);
    if (version !== undefined) return { server: of, answers: { apiKey, apiVersion: version } };
    // At the newest version at which it comes out even; else at the newest, which says where it does not.
    const { min, max } = apisOf(of).find(({ key }) => key === apiKey) ?? { min: 0, max: 0 };
    const fits = (apiVersion: number): boolean => {
      const options = { ...show, server: of, direction: 'response', answers: { apiKey, apiVersion } } as const;
      const { error, rest } = describeFrame(frame, options);
      return error === undefined && rest === undefined;
    };
    let apiVersion = max;
    while (apiVersion >= min && !fits(apiVersion)) apiVersion--;
    return { server: of, answers: { apiKey, apiVersion: apiVersion < min ? max : apiVersion } };
  };

  return (input) => {
    const reading = readAs(input);
    if (reading.description.error === undefined) return remember(reading);
    const length = cutLength(input.frame);
    if (length === undefined) return reading;
    const inner = readAs({ ...input, frame: input.frame.subarray(4) });
    return plausible(inner) && !plausible(reading) ? { ...inner, cutFrom: length } : reading;
  };
}

/** Whether a frame begins as one of its kind does. */
function plausible({ description: { direction, server, apiKey, version = -1, clientId, error } }: Reading): boolean {
  if (direction === 'response') return error === undefined;
  const api = apisOf(server).find(({ key }) => key === apiKey);
  return api !== undefined && clientId !== undefined && api.min <= version && version <= api.max;
}

const sure = (description: FrameDescription): Reading => ({ description, others: [] });

/** The length in front of a frame that does not end, if the first four bytes can be one. */
function cutLength(frame: Uint8Array): number | undefined {
  if (frame.length < 8) return undefined;
  const length = new DataView(frame.buffer, frame.byteOffset).getInt32(0);
  return length > frame.length - 4 && length <= 0x0fff_ffff ? length : undefined;
}

/** The APIs of a server. */
const apisOf = (server: Server): readonly Api<unknown, unknown>[] =>
  Object.values<unknown>(server === 'sc' ? scApis : spuApis) as Api<unknown, unknown>[];

/** The servers that have an API, of the one or of both. */
const serversWith = (key: number | undefined, server: Server | undefined): readonly Server[] =>
  (['sc', 'spu'] as const).filter((each) => each === (server ?? each) && apisOf(each).some((api) => api.key === key));

const apiKeyOf = (frame: Uint8Array): number | undefined =>
  frame.length < 2 ? undefined : new DataView(frame.buffer, frame.byteOffset).getInt16(0);

const correlationIdOf = (frame: Uint8Array): number | undefined =>
  frame.length < 4 ? undefined : new DataView(frame.buffer, frame.byteOffset).getInt32(0);

/** The API with a name, in any case, or a number. @throws UsageError */
export function apiNamed(name: string, server: Server | undefined): { readonly key: number; readonly server: Server } {
  const servers: readonly Server[] = server === undefined ? ['sc', 'spu'] : [server];
  for (const each of servers) {
    const wanted = name.toLowerCase();
    const found = apisOf(each).find((api) => api.name.toLowerCase() === wanted || String(api.key) === wanted);
    if (found !== undefined) return { key: found.key, server: each };
  }
  const names = servers.map(
    (each) =>
      `${each}: ${apisOf(each)
        .map((api) => api.name)
        .join(', ')}`,
  );
  throw new UsageError(`no API is called '${name}'`, names.join('; '));
}
