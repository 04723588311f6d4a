/** The JSON of SmartModules. */
import type {
  SmartModuleMetadata,
  SmartModulePackage,
  SmartModuleParam,
  SmartModuleSpec,
  SmartModuleStatus,
  SmartModuleWasm,
} from '@fluvio-ts/protocol';
import { SmartModuleVisibility, SmartModuleWasmFormat } from '@fluvio-ts/protocol';
import type { JsonObject, Shape } from './shape.ts';
import { base64, defaulted, flag, list, nullable, object, required, text, via, word } from './shape.ts';

const packaged = object<SmartModulePackage>({
  name: required(text),
  group: required(text),
  version: required(text),
  apiVersion: required(text),
  description: defaulted(nullable(text), undefined),
  license: defaulted(nullable(text), undefined),
  visibility: defaulted(word(SmartModuleVisibility), 'private'),
  repository: defaulted(nullable(text), undefined),
});

interface NamedParam extends SmartModuleParam {
  readonly name: string;
}

/** A list in the order of the names, as Fluvio writes it. */
const params: Shape<ReadonlyMap<string, SmartModuleParam>> = via(
  list(
    object<NamedParam>({
      name: required(text),
      description: defaulted(nullable(text), undefined),
      optional: defaulted(flag, false),
    }),
  ),
  (map) => [...map].map(([name, param]) => ({ name, ...param })).sort((a, b) => (a.name < b.name ? -1 : 1)),
  (named) => new Map(named.map(({ name, ...param }) => [name, param])),
);

/** What stands in the place of the WebAssembly is not part of the JSON, so that an object that was read without it has none. */
export const smartModuleSpecShape: Shape<SmartModuleSpec, JsonObject> = via(
  object<Pick<SmartModuleSpec, 'meta' | 'wasm'>>({
    meta: required(
      nullable(object<SmartModuleMetadata>({ package: required(packaged), params: defaulted(params, new Map()) })),
    ),
    wasm: required(
      object<SmartModuleWasm>({ format: required(word(SmartModuleWasmFormat)), payload: required(base64) }),
    ),
  }),
  ({ meta, wasm }) => ({ meta, wasm }),
  (spec): SmartModuleSpec => ({ ...spec, summary: undefined }),
) as Shape<SmartModuleSpec, JsonObject>;

/** There is none. */
export const smartModuleStatusShape: Shape<SmartModuleStatus> = { to: () => null, from: () => ({}) };
