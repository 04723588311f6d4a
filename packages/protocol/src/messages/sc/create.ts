/** Create (key 1001): stores an object. For topics it answers when every partition is online, or after 90 s with an error. */
import { protocolError } from '../../errors.ts';
import type { Infer, Type, UnknownLabel } from '../../wire/schema.ts';
import {
  bool,
  byVersion,
  mapped,
  openLabelled,
  option,
  since,
  string,
  struct,
  u32,
  union,
  variant,
} from '../../wire/schema.ts';
import { MirrorSpec } from './mirror.ts';
import type { Labelled, SpecOf } from './objects.ts';
import { SmartModuleSpec } from './smartmodule.ts';
import { CustomSpuSpec } from './spu.ts';
import { SpuGroupSpec } from './spu-group.ts';
import { TableFormatSpec } from './table-format.ts';
import { TopicSpec } from './topic.ts';

/** Labels of the objects that can be created. */
export type CreateLabel = 'Topic' | 'CustomSpu' | 'SpuGroup' | 'SmartModule' | 'TableFormat' | 'Mirror';

/** One object to create. Rust: `CreateRequest`, `CommonCreateRequest`, fluvio-sc-schema/src/objects/create.rs. */
export interface CreateOf<Spec> {
  readonly name: string;
  /** Only check whether it could be created. The official SC does so for `Topic` and `CustomSpu`, and creates all others. */
  readonly dryRun: boolean;
  /** Milliseconds; the official SC looks at it for `SpuGroup` only. */
  readonly timeout: number | undefined;
  readonly spec: Spec;
}

/** An object to create under its label. A label that is none of these comes as `{ label: 'Unknown', name, body }`. */
export type CreateRequest = Labelled<{ [L in CreateLabel]: CreateOf<SpecOf<L>> }> | UnknownLabel;

const common = { name: string, dryRun: bool, timeout: since(7, option(u32), undefined) };
const create = <Spec>(spec: Type<Spec>): Type<CreateOf<Spec>> => struct({ ...common, spec }) as Type<CreateOf<Spec>>;

/** Below version 11 there is no label: a byte between name and spec tells the kind. Rust: `ObjectCreateRequest`, fluvio-sc-schema/src/objects/classic.rs. */
const classic = struct({
  ...common,
  object: union({
    Topic: variant(0, { spec: TopicSpec }),
    CustomSpu: variant(1, { spec: CustomSpuSpec }),
    SpuGroup: variant(2, { spec: SpuGroupSpec }),
    SmartModule: variant(4, { spec: SmartModuleSpec }),
    TableFormat: variant(5, { spec: TableFormatSpec }),
    Mirror: variant(6, { spec: MirrorSpec }),
  }),
});

/** Rust: `ObjectApiCreateRequest`, fluvio-sc-schema/src/objects/create.rs. */
export const CreateRequest: Type<CreateRequest> = byVersion<CreateRequest>(
  11,
  mapped(
    classic,
    // The compiler cannot see that label and spec stay together.
    ({ object: { kind, spec }, ...rest }) => ({ label: kind, body: { ...rest, spec } }) as CreateRequest,
    (request) => {
      if (request.label === 'Unknown') {
        throw protocolError('wire/unwritable', { what: `'${request.name}' cannot be created below version 11` });
      }
      const { spec, ...rest } = request.body;
      return { ...rest, object: { kind: request.label, spec } as Infer<typeof classic>['object'] };
    },
  ),
  openLabelled({
    Topic: create(TopicSpec),
    CustomSpu: create(CustomSpuSpec),
    SpuGroup: create(SpuGroupSpec),
    SmartModule: create(SmartModuleSpec),
    TableFormat: create(TableFormatSpec),
    Mirror: create(MirrorSpec),
  }),
);
