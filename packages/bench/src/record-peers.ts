/** The same records in three formats: a Fluvio batch, MessagePack by msgpackr, protocol buffers by protobuf-es. */
import { create, createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import type { RecordBlock } from '@fluvio-ts/protocol';
import { BatchBuilder, readBatches } from '@fluvio-ts/protocol';
import { Packr } from 'msgpackr';

/** A record as all formats carry it. */
export interface PlainRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  readonly timestampMs: number;
}

/** One way to write and read a batch of records. */
export interface RecordFormat {
  readonly name: string;
  /** What is in it that the others do not have, or the other way round. */
  readonly note?: string;
  encode(records: readonly PlainRecord[]): Uint8Array;
  /** Reads all records and returns the sum of the first bytes of their values. */
  touch(batch: Uint8Array): number;
}

const fluvio: RecordFormat = {
  name: 'Fluvio batch',
  note: 'with header and CRC',
  encode(records) {
    const bytes = records.reduce((sum, { key, value }) => sum + 32 + (key?.length ?? 0) + value.length, 64);
    const builder = new BatchBuilder({ capacityBytes: bytes });
    for (const { key, value, timestampMs } of records) builder.add(key, value, timestampMs);
    return builder.finish();
  },
  touch(bytes) {
    let sum = 0;
    for (const batch of readBatches(bytes).batches) {
      for (const record of batch.open() as RecordBlock) sum += record.value[0] ?? 0;
    }
    return sum;
  },
};

/** With record structures, msgpackr's fastest mode: field names are sent once. */
function msgpack(): RecordFormat {
  const packr = new Packr({ useRecords: true, sequential: false, mapsAsObjects: true });
  return {
    name: 'msgpackr',
    note: 'record structures',
    encode: (records) => packr.pack(records),
    touch: (bytes) => sumOf(packr.unpack(bytes)),
  };
}

/** Messages of which the runtime knows the descriptors, as with generated code, which holds nothing else. */
function protobuf(): RecordFormat {
  const field = (name: string, number: number, type: FieldDescriptorProto_Type) => ({
    name,
    number,
    type,
    label: FieldDescriptorProto_Label.OPTIONAL,
  });
  const file = create(FileDescriptorProtoSchema, {
    name: 'records.proto',
    syntax: 'proto3',
    messageType: [
      {
        name: 'Record',
        field: [
          { ...field('key', 1, FieldDescriptorProto_Type.BYTES), proto3Optional: true, oneofIndex: 0 },
          field('value', 2, FieldDescriptorProto_Type.BYTES),
          field('timestamp_delta', 3, FieldDescriptorProto_Type.SINT32),
        ],
        oneofDecl: [{ name: '_key' }],
      },
      {
        name: 'Batch',
        field: [
          { ...field('first_timestamp', 1, FieldDescriptorProto_Type.INT64) },
          {
            ...field('records', 2, FieldDescriptorProto_Type.MESSAGE),
            label: FieldDescriptorProto_Label.REPEATED,
            typeName: '.Record',
          },
        ],
      },
    ],
  });
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] }));
  const batchType = registry.getMessage('Batch');
  const recordType = registry.getMessage('Record');
  if (batchType === undefined || recordType === undefined) throw new Error('the descriptors are incomplete');
  return {
    name: 'protobuf-es',
    encode(records) {
      const first = records[0]?.timestampMs ?? 0;
      const batch = {
        firstTimestamp: BigInt(first),
        records: records.map(({ key, value, timestampMs }) =>
          create(recordType, {
            value,
            timestampDelta: timestampMs - first,
            ...(key === null ? {} : { key }),
          }),
        ),
      };
      return toBinary(batchType, create(batchType, batch));
    },
    touch: (bytes) => sumOf((fromBinary(batchType, bytes) as unknown as { records: readonly PlainRecord[] }).records),
  };
}

function sumOf(records: readonly PlainRecord[]): number {
  let sum = 0;
  for (const { value } of records) sum += value[0] ?? 0;
  return sum;
}

/** Every format, made when its case runs. */
export const formats: readonly (() => RecordFormat)[] = [() => fluvio, msgpack, protobuf];
