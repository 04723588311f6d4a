/**
 * Early TCP acknowledgements, for servers that write an answer in pieces with Nagle's algorithm on, as Fluvio's SPUs do.
 *
 * Such a server holds back the second piece until the first is acknowledged, and a reader that has nothing to send lets its
 * kernel wait 40 ms before it acknowledges. A byte that is written carries the acknowledgement at once. The byte is the
 * beginning of the next request, whatever that will be: the first three bytes of a length are zero for every frame of less
 * than 256 bytes. So the server sees a part of a request, which it answers with nothing, and no byte is wasted.
 *
 * It stays off until the server shows that it needs it: by sending heads of answers by themselves, or by falling silent for
 * just as long as a kernel waits, again and again, and no more once it is tried. And while answers are large: there every
 * byte of ours would slow the acknowledgements of the bulk.
 */

/** What has become of a chunk that was read. */
export interface ChunkRead {
  readonly sizeBytes: number;
  /** Bytes of the frame that is not complete; 0 for none. */
  readonly pendingBytes: number;
  /** Bytes that this frame will have; 0 while that is not known. */
  readonly announcedBytes: number;
}

/** See the file's head. */
export interface EarlyAck {
  /** A frame is complete: an answer of a stream, the reply to a credit, or something else. */
  framed(kind: 'answer' | 'credit' | 'other', sizeBytes: number): void;
  /** A chunk has been read, and the frames that it completed were told. */
  read(chunk: ChunkRead): void;
  /** What is to be written for this frame: without what was written of it already. */
  rest(frame: readonly Uint8Array[]): readonly Uint8Array[];
}

/** Bytes of a length that are zero in every short frame. */
const MOST_BEGUN = 3;
/** An answer of this size or more is bulk. */
const LARGE_BYTES = 32_768;
/** A chunk below this size was not cut by the reader's own buffer. */
const TINY_CHUNK_BYTES = 1_024;
/** Heads by themselves after which the server is known to send them so. */
const SIGHTINGS = 2;
/** How long a reply stands alone when the kernel waits with its acknowledgement: 40 ms, and what a busy machine adds. */
const STALL_MS = [35, 60] as const;
/** Stalls in a row after which it is tried; twice as many after each trial that did not help. */
const SUSPICIOUS_STALLS = 3;
/** Credits of one trial, and how many of them must be followed by bytes soon. */
const TRIAL = { credits: 4, quick: 3, quickMs: 20 } as const;

/** What is known of the server. */
type Knowledge =
  | { readonly at: 'watching'; stalls: number; readonly enough: number }
  | { readonly at: 'trying'; credits: number; quick: number; readonly enough: number }
  | { readonly at: 'needed' };

/** `write` is called for single bytes; `filler` makes a harmless frame of less than 256 bytes; `now` is in milliseconds. */
export function earlyAck(
  write: (bytes: Uint8Array) => void,
  filler: () => readonly Uint8Array[],
  now: () => number = () => performance.now(),
): EarlyAck {
  let known: Knowledge = { at: 'watching', stalls: 0, enough: SUSPICIOUS_STALLS };
  /** When the reply to a credit came, if nothing has come or gone since. */
  let repliedAt: number | undefined;
  let begun = 0;
  let sightings = 0;
  let isBulk = false;
  let isCredited = false;

  const nudge = (): void => {
    if (begun === MOST_BEGUN) return;
    begun++;
    write(new Uint8Array(1));
  };

  const cut = ([first = new Uint8Array(0), ...others]: readonly Uint8Array[]): readonly Uint8Array[] => {
    const rest = [first.subarray(begun), ...others];
    begun = 0;
    return rest;
  };

  const goesOn = ([first]: readonly Uint8Array[]): boolean =>
    first !== undefined && first.length >= MOST_BEGUN && first.subarray(0, begun).every((byte) => byte === 0);

  /** Learns from how long the server was silent behind the reply to a credit. */
  const silent = (ms: number): void => {
    if (known.at === 'watching') {
      known.stalls = ms >= STALL_MS[0] && ms <= STALL_MS[1] ? known.stalls + 1 : 0;
      if (known.stalls >= known.enough) known = { at: 'trying', credits: 0, quick: 0, enough: known.enough };
    } else if (known.at === 'trying') {
      known.credits++;
      if (ms < TRIAL.quickMs) known.quick++;
      if (known.quick >= TRIAL.quick) known = { at: 'needed' };
      else if (known.credits >= TRIAL.credits) known = { at: 'watching', stalls: 0, enough: known.enough * 2 };
    }
  };

  return {
    framed(kind, sizeBytes) {
      if (kind === 'answer') isBulk = sizeBytes >= LARGE_BYTES;
      isCredited = kind === 'credit';
    },
    read({ sizeBytes, pendingBytes, announcedBytes }) {
      if (repliedAt !== undefined) silent(now() - repliedAt);
      const isShort = pendingBytes > 0 && announcedBytes > 0 && announcedBytes < LARGE_BYTES;
      if (isShort && sizeBytes < TINY_CHUNK_BYTES && ++sightings >= SIGHTINGS) known = { at: 'needed' };
      const isReply = pendingBytes === 0 && isCredited && !isBulk;
      isCredited = false;
      repliedAt = isReply ? now() : undefined;
      // The rest of a short answer, or the next answer behind the reply to a credit, may be waiting for us.
      if (known.at !== 'watching' && (isShort || isReply)) nudge();
    },
    rest(frame) {
      repliedAt = undefined;
      if (begun === 0) return frame;
      if (goesOn(frame)) return cut(frame);
      return [...cut(filler()), ...frame];
    },
  };
}
