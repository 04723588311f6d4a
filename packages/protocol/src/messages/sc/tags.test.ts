/** The number of every enum variant on the wire, against the protocol's description. */
import { describe, expect, it } from 'vitest';
import { Reader } from '../../wire/reader.ts';
import type { Type } from '../../wire/schema.ts';
import { Writer } from '../../wire/writer.ts';
import type { CreateLabel } from './create.ts';
import { CreateRequest } from './create.ts';
import { MirrorConnectionStatus, MirrorPairStatus, MirrorType } from './mirror.ts';
import { PartitionMirrorConfig, PartitionResolution } from './partition.ts';
import { CleanupPolicy, CompressionAlgorithm } from './replica-settings.ts';
import { SmartModuleVisibility, SmartModuleWasmFormat } from './smartmodule.ts';
import { EncryptionEnum, SpuStatusResolution, SpuType } from './spu.ts';
import { SpuGroupStatusResolution } from './spu-group.ts';
import { DataFormat, TableFormatAlignment, TableFormatColor, TableFormatStatusResolution } from './table-format.ts';
import { MirrorConfig, ReplicaSpec, TopicResolution } from './topic.ts';
import { UpdateTopicAction } from './update.ts';
import { ChangeType } from './watch.ts';

/** Names in the order of their numbers, from 0 on. */
const choices: readonly [string, Type<string>, readonly string[]][] = [
  ['CompressionAlgorithm', CompressionAlgorithm, ['None', 'Gzip', 'Snappy', 'Lz4', 'Any', 'Zstd']],
  [
    'TopicResolution',
    TopicResolution,
    ['Init', 'Pending', 'InsufficientResources', 'InvalidConfig', 'Provisioned', 'Deleting'],
  ],
  [
    'PartitionResolution',
    PartitionResolution,
    ['Offline', 'Online', 'LeaderOffline', 'ElectionLeaderFound', 'OutOfStorage'],
  ],
  ['SpuType', SpuType, ['Managed', 'Custom']],
  ['EncryptionEnum', EncryptionEnum, ['PLAINTEXT', 'SSL']],
  ['SpuStatusResolution', SpuStatusResolution, ['Online', 'Offline', 'Init']],
  ['SpuGroupStatusResolution', SpuGroupStatusResolution, ['Init', 'Invalid', 'Reserved']],
  ['SmartModuleWasmFormat', SmartModuleWasmFormat, ['BINARY', 'TEXT']],
  ['SmartModuleVisibility', SmartModuleVisibility, ['private', 'public']],
  ['DataFormat', DataFormat, ['JSON']],
  ['TableFormatAlignment', TableFormatAlignment, ['LEFT', 'RIGHT', 'CENTER']],
  ['TableFormatColor', TableFormatColor, ['BLUE', 'YELLOW', 'GREEN']],
  ['TableFormatStatusResolution', TableFormatStatusResolution, ['Init', 'Invalid', 'Running', 'Pending', 'Failed']],
  ['MirrorConnectionStatus', MirrorConnectionStatus, ['Offline', 'Online']],
  ['ChangeType', ChangeType, ['UPDATE', 'DELETE']],
];

const unions: readonly [string, Type<{ readonly kind: string }>, readonly string[]][] = [
  ['ReplicaSpec', ReplicaSpec, ['assigned', 'computed', 'mirror']],
  ['MirrorConfig', MirrorConfig, ['remote', 'home']],
  ['PartitionMirrorConfig', PartitionMirrorConfig, ['remote', 'home']],
  ['CleanupPolicy', CleanupPolicy, ['segment']],
  ['MirrorType', MirrorType, ['remote', 'home']],
  [
    'MirrorPairStatus',
    MirrorPairStatus,
    ['Waiting', 'Successful', 'Failed', 'Disabled', 'Unauthorized', 'DetailFailure'],
  ],
  ['UpdateTopicAction', UpdateTopicAction, ['addPartition', 'addMirror']],
];

describe('the numbers of', () => {
  it.each(choices)('%s', (_name, type, names) => {
    for (const [tag, name] of names.entries()) {
      const writer = new Writer();
      type.at(19).write(writer, name);
      expect([...writer.finish()], name).toEqual([tag]);
    }
    expect(() => type.at(19).read(new Reader(Uint8Array.of(names.length)))).toThrow(
      expect.objectContaining({ code: 'wire/invalid' }),
    );
  });

  it.each(unions)('%s', (_name, type, names) => {
    for (const [tag, name] of names.entries()) {
      // Zeros are a body of every variant: no items, empty texts, absent options, and inner enums at their first variant.
      const body = new Uint8Array(64);
      body[0] = tag;
      expect(type.at(19).read(new Reader(body)).kind).toBe(name);
    }
    expect(() => type.at(19).read(new Reader(Uint8Array.of(names.length)))).toThrow(
      expect.objectContaining({ code: 'wire/invalid' }),
    );
  });

  it('what is created below version 11, where nothing has number 3', () => {
    const labels: readonly (CreateLabel | undefined)[] = [
      'Topic',
      'CustomSpu',
      'SpuGroup',
      undefined,
      'SmartModule',
      'TableFormat',
      'Mirror',
      undefined,
    ];
    for (const [tag, label] of labels.entries()) {
      // No name, no dry run, no time-out, the number, zeros.
      const body = new Uint8Array(64);
      body[4] = tag;
      const read = (): unknown => CreateRequest.at(10).read(new Reader(body));
      if (label === undefined) expect(read).toThrow(expect.objectContaining({ code: 'wire/invalid' }));
      else expect(read()).toMatchObject({ label });
    }
  });
});
