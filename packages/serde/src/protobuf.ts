/**
 * Protocol Buffers by schemas of protobuf-es. Needs `@bufbuild/protobuf`, which your generated code needs anyway.
 *
 * @packageDocumentation
 */
import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { reasonOf, serdeError } from './errors.ts';
import type { Serde } from './serde.ts';

/**
 * Messages of a schema that protoc-gen-es has generated, such as `OrderSchema`. Written values may leave fields out.
 *
 * @throws `serde/unwritable`, `serde/malformed`
 */
export function protobuf<Desc extends DescMessage>(schema: Desc): Serde<MessageShape<Desc>, MessageInitShape<Desc>> {
  const format = `Protocol Buffers message ${schema.typeName}`;
  return {
    encode(value) {
      try {
        return toBinary(schema, create(schema, value));
      } catch (error) {
        throw serdeError('serde/unwritable', { format, reason: reasonOf(error) }, error);
      }
    },
    decode(view) {
      try {
        return fromBinary(schema, view);
      } catch (error) {
        throw serdeError('serde/malformed', { format, reason: reasonOf(error) }, error);
      }
    },
  };
}
