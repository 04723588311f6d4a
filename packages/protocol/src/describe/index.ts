/**
 * Frames of the wire as readable JSON with the bytes that say it: for debugging, for tools, and for a proxy that shows a
 * conversation live. Apart from the package's main entry, so that programs that only speak the protocol stay small.
 *
 * ```ts
 * import { describeFrame, frameLine, framesInText } from '@fluvio-ts/protocol/describe';
 *
 * const [{ frame }] = framesInText('00000023 03ea 0019 00000003 0006666c7576696f 00000001 0005746f706963 00000001 00000000');
 * console.log(frameLine(describeFrame(frame, { server: 'spu', direction: 'request' })));
 * // → SPU FetchOffsets v25 #3, 35 bytes: {"topics":[{"name":"topic","partitions":[{"partitionIndex":0}]}],"consumerId":null}
 * ```
 *
 * @packageDocumentation
 */
export type { Conversation } from './conversation.ts';
export { conversation } from './conversation.ts';
export type { DescribeOptions, FrameDescription, Server } from './frame.ts';
export { describeFrame, frameLine } from './frame.ts';
export { guessFrame } from './guess.ts';
export type { InputCodes, InputFrame } from './input.ts';
export { framesInBytes, framesInText } from './input.ts';
export type { Json } from './json.ts';
export type { Part, ShowOptions } from './place.ts';
