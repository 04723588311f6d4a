/** Every error code: its number and its data, against the protocol's description. */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../golden/vectors.ts';
import { Reader } from '../wire/reader.ts';
import { Writer } from '../wire/writer.ts';
import { ErrorCode, errorNumber, errorText } from './error-code.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** In the order of the description's table; those with data hold the description's examples or small values. */
const codes: readonly [number, string, ErrorCode][] = [
  [-1, 'ffff', { kind: 'UnknownServerError' }],
  [0, '0000', { kind: 'None' }],
  [1, '0001', { kind: 'OffsetOutOfRange' }],
  [2, '0002 0004626f6f6d', { kind: 'Other', message: 'boom' }],
  [6, '0006', { kind: 'NotLeaderForPartition' }],
  [7, '0007 00000000000005dc 00', { kind: 'RequestTimedOut', timeoutMs: 1500n, request: 'Produce' }],
  [10, '000a', { kind: 'MessageTooLarge' }],
  [13, '000d', { kind: 'PermissionDenied' }],
  [56, '0038', { kind: 'StorageError' }],
  [60, '003c', { kind: 'InvalidCreateRequest' }],
  [61, '003d', { kind: 'InvalidDeleteRequest' }],
  [71, '0047 0000000000000001 000000000000000a', { kind: 'OffsetEvicted', offset: 1n, nextAvailable: 10n }],
  [72, '0048 0005746f706963 00000001', { kind: 'PartitionFull', replica: { topic: 'topic', partition: 1 } }],
  [73, '0049', { kind: 'PartitionShortCircuited' }],
  [1000, '03e8', { kind: 'SpuError' }],
  [1001, '03e9', { kind: 'SpuRegisterationFailed' }],
  [1002, '03ea', { kind: 'SpuOffline' }],
  [1003, '03eb', { kind: 'SpuNotFound' }],
  [1004, '03ec', { kind: 'SpuAlreadyExists' }],
  [2000, '07d0', { kind: 'TopicError' }],
  [2001, '07d1', { kind: 'TopicNotFound' }],
  [2002, '07d2', { kind: 'TopicAlreadyExists' }],
  [2003, '07d3', { kind: 'TopicPendingInitialization' }],
  [2004, '07d4', { kind: 'TopicInvalidConfiguration' }],
  [2005, '07d5', { kind: 'TopicNotProvisioned' }],
  [2006, '07d6', { kind: 'TopicInvalidName' }],
  [2007, '07d7', { kind: 'TopicDeleted' }],
  [2008, '07d8', { kind: 'TopicInvalidReplicaType' }],
  [3000, '0bb8', { kind: 'PartitionPendingInitialization' }],
  [3001, '0bb9', { kind: 'PartitionNotLeader' }],
  [3002, '0bba', { kind: 'FetchSessionNotFoud' }],
  [3003, '0bbb 000165', { kind: 'OffsetFlushRequestError', message: 'e' }],
  [3004, '0bbc', { kind: 'OffsetManagementDisabled' }],
  [3005, '0bbd', { kind: 'MaxRetryReached' }],
  [5000, '1388', { kind: 'ManagedConnectorError' }],
  [5001, '1389', { kind: 'ManagedConnectorNotFound' }],
  [5002, '138a', { kind: 'ManagedConnectorAlreadyExists' }],
  [6000, '1770', { kind: 'SmartModuleError' }],
  [6001, '1771 00016e', { kind: 'SmartModuleNotFound', name: 'n' }],
  [6002, '1772 000165 01 00016e', { kind: 'SmartModuleInvalid', error: 'e', name: 'n' }],
  [6002, '1772 000165 00', { kind: 'SmartModuleInvalid', error: 'e', name: undefined }],
  [6003, '1773 000165 00016b', { kind: 'SmartModuleInvalidExports', error: 'e', smartModuleKind: 'k' }],
  [
    6004,
    '1774 000168 000000000000000a 01 01 026b 0674656e',
    {
      kind: 'SmartModuleRuntimeError',
      hint: 'h',
      offset: 10n,
      smartModuleKind: 'Map',
      recordKey: bytes('k'),
      recordValue: bytes('ten'),
    },
  ],
  [6005, '1775 000165', { kind: 'SmartModuleChainInitError', message: 'e' }],
  [6006, '1776 000168', { kind: 'SmartModuleInitError', hint: 'h' }],
  [6007, '1777 000165', { kind: 'SmartModuleLookBackError', message: 'e' }],
  [6008, '1778 0000000000000001 0000000000000002', { kind: 'SmartModuleMemoryLimitExceeded', requested: 1n, max: 2n }],
  [7000, '1b58', { kind: 'TableFormatError' }],
  [7001, '1b59', { kind: 'TableFormatNotFound' }],
  [7002, '1b5a', { kind: 'TableFormatAlreadyExists' }],
  [8000, '1f40', { kind: 'DerivedStreamObjectError' }],
  [8001, '1f41 00016e', { kind: 'DerivedStreamNotFound', name: 'n' }],
  [8002, '1f42', { kind: 'DerivedStreamJoinFetchError' }],
  [8003, '1f43 00016e', { kind: 'DerivedStreamInvalid', name: 'n' }],
  [9000, '2328', { kind: 'CompressionError' }],
  [10_000, '2710', { kind: 'DeduplicationSmartModuleNotLoaded' }],
  [10_001, '2711 000165', { kind: 'DeduplicationSmartModuleNameInvalid', error: 'e' }],
  [11_001, '2af9', { kind: 'MirrorNotFound' }],
  [11_002, '2afa', { kind: 'MirrorAlreadyExists' }],
  [11_003, '2afb', { kind: 'MirrorProduceFromHome' }],
  [11_004, '2afc', { kind: 'MirrorDeleteFromRemote' }],
  [11_005, '2afd', { kind: 'MirrorInvalidType' }],
  [11_006, '2afe', { kind: 'MirrorProduceFromRemoteNotAllowed' }],
  [12_001, '2ee1 000174 00016e', { kind: 'SystemSpecDeletionAttempt', objectKind: 't', name: 'n' }],
  [12_002, '2ee2 000174 00016e', { kind: 'SystemSpecUpdatingAttempt', objectKind: 't', name: 'n' }],
  [4321, '10e1', { kind: 'Unknown', tag: 4321 }],
];

describe('error codes', () => {
  it.each(codes)('%d', (number, hex, error) => {
    const reader = new Reader(fromHex(hex));
    expect(ErrorCode.at(25).read(reader)).toEqual(error);
    expect(reader.remaining).toBe(0);
    const writer = new Writer();
    ErrorCode.at(25).write(writer, error);
    expect(toHex(writer.finish())).toBe(toHex(fromHex(hex)));
    expect(errorNumber(error)).toBe(number);
    expect(errorText(error)).toMatch(/^[^A-Z].{3,}|^boom$/);
  });

  it('are these and no others', () => {
    const { node } = ErrorCode;
    const declared = node.kind === 'union' ? node.variants.map(({ name, tag }) => [tag, name]) : [];
    const listed = new Map(codes.map(([number, , { kind }]) => [number, kind]));
    listed.delete(4321);
    expect(declared).toEqual([...listed]);
    expect(declared).toHaveLength(64);
  });

  it('have sentences with their facts', () => {
    expect(errorText({ kind: 'SmartModuleInvalid', error: 'no gzip', name: undefined })).toBe(
      'the SmartModule is invalid: no gzip',
    );
    expect(errorText({ kind: 'Unknown', tag: 4321 })).toContain('4321');
    expect(errorText({ kind: 'OffsetEvicted', offset: 1n, nextAvailable: 10n })).toContain('available one is 10');
  });
});
