/** Puts other addresses of SPUs into the SC's answers, and leaves every other byte as it is. */
import type { Address } from '@fluvio-ts/protocol';
import type { FrameDescription, Part } from '@fluvio-ts/protocol/describe';

/** Bytes of a frame, its length not counted, and what to put there. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

const ENDPOINTS: ReadonlySet<string> = new Set(['publicEndpoint', 'publicEndpointLocal']);
const KINDS: ReadonlySet<unknown> = new Set(['SPU', 'CustomSpu']);
const EMPTY_HOST = '127.0.0.1';

/**
 * An answer with the addresses that `through` gives for those of its SPUs, those for clients; or the very same bytes,
 * where it names none or cannot be read. `bytes` has its length in front, as has the result.
 */
export async function readdress(
  bytes: Uint8Array,
  description: FrameDescription,
  through: (address: Address) => Promise<Address | undefined>,
): Promise<Uint8Array> {
  const answer = answerWithSpus(description);
  if (answer === undefined) return bytes;
  const edits: Edit[] = [];
  for (const endpoint of endpointsIn(answer)) {
    const port = endpoint.parts?.find(({ name }) => name === 'port');
    const hosts = textsIn(endpoint);
    const [first] = hosts;
    if (port === undefined || typeof port.value !== 'number' || first === undefined) continue;
    const now = await through({ host: String(first.value) || EMPTY_HOST, port: port.value });
    if (now === undefined) continue;
    edits.push({ from: port.from, to: port.to, bytes: u16(now.port) });
    for (const { from, to } of hosts) edits.push({ from, to, bytes: text(now.host) });
  }
  if (edits.length === 0) return bytes;
  const growth = edits.reduce((sum, edit) => sum + edit.bytes.length - (edit.to - edit.from), 0);
  const size = answer.parts?.find(({ name }) => name === 'size');
  if (size !== undefined) edits.push({ from: size.from, to: size.to, bytes: i32(Number(size.value) + growth) });
  return edited(bytes, edits, growth);
}

/** The part under a label, of an answer that names SPUs. */
function answerWithSpus({ server, direction, api, error, parts }: FrameDescription): Part | undefined {
  if (server !== 'sc' || direction !== 'response' || error !== undefined) return undefined;
  if (api !== 'List' && api !== 'Watch') return undefined;
  const answer = parts.find(({ type }) => type === 'labelled');
  return KINDS.has(answer?.parts?.find(({ name }) => name === 'label')?.value) ? answer : undefined;
}

function endpointsIn(part: Part): readonly Part[] {
  if (part.type === 'struct' && ENDPOINTS.has(part.name)) return [part];
  return part.parts?.flatMap(endpointsIn) ?? [];
}

/** The texts of an endpoint are hosts, in the order in which clients look at them. */
function textsIn(part: Part): readonly Part[] {
  if (part.type === 'string') return [part];
  return part.parts?.flatMap(textsIn) ?? [];
}

function edited(bytes: Uint8Array, edits: readonly Edit[], growth: number): Uint8Array {
  const result = new Uint8Array(bytes.length + growth);
  result.set(i32(result.length - 4));
  let read = 4;
  let written = 4;
  const put = (some: Uint8Array): void => {
    result.set(some, written);
    written += some.length;
  };
  for (const edit of edits.toSorted((a, b) => a.from - b.from)) {
    put(bytes.subarray(read, edit.from + 4));
    put(edit.bytes);
    read = edit.to + 4;
  }
  put(bytes.subarray(read));
  return result;
}

function u16(value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, value);
  return bytes;
}

function i32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value);
  return bytes;
}

function text(value: string): Uint8Array {
  const utf8 = new TextEncoder().encode(value);
  const bytes = new Uint8Array(2 + utf8.length);
  bytes.set(u16(utf8.length));
  bytes.set(utf8, 2);
  return bytes;
}
