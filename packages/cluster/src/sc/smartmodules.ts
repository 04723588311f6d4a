/** SmartModules: stored with what their authors say about them, listed with their WebAssembly or without, handed to SPUs. */
import { join } from 'node:path';
import type { ErrorCode, ListQuery, SmartModuleSpec, Status } from '@fluvio-ts/protocol';
import {
  isSmartModuleVersion,
  matchesSmartModuleKey,
  NO_ERROR,
  parseSmartModuleKey,
  smartModuleFor,
  smartModuleStoreName,
} from '@fluvio-ts/protocol';
import { clusterError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import type { FindSmartModuleRequest, FindSmartModuleResponse } from '../private/smartmodules.ts';
import type { Metadata } from './metadata.ts';
import { canBeKept } from './object-files.ts';
import type { Refusal } from './outcome.ts';
import { change, refusal, statusOf } from './outcome.ts';
import { payloadFiles } from './payload-files.ts';
import type { StoredObject } from './store.ts';

type SmartModule = StoredObject<'SmartModule'>;

/** What can be done with SmartModules. */
export interface SmartModules {
  /** Stores a module. One of the same name is replaced; streams that run it go on with the one that they have. */
  create(name: string, spec: SmartModuleSpec, dryRun: boolean): Promise<Status>;
  delete(key: string): Promise<Status>;
  /** The modules that keys ask for, or all. @throws `cluster/request` for a text that is no key */
  list(query: Pick<ListQuery, 'nameFilters' | 'summary'>): Promise<readonly SmartModule[]>;
  /** A module with its WebAssembly. The metadata holds its size in the place of it. */
  complete(module: SmartModule): Promise<SmartModule>;
  /** Whether there is a module that a key means. */
  exists(key: string): boolean;
  /** What an SPU asks for. */
  find(request: FindSmartModuleRequest): Promise<FindSmartModuleResponse>;
}

/** What SmartModules are made of. */
export interface SmartModulesOptions {
  readonly metadata: Metadata;
  /** Folder of the metadata. */
  readonly dir: string;
  readonly durable: boolean;
  readonly log: Logger;
}

const NOTHING: Uint8Array = new Uint8Array(0);

/** Makes the SmartModules of a cluster. */
export function createSmartModules({ metadata, dir, durable, log }: SmartModulesOptions): SmartModules {
  const modules = metadata.stores.SmartModule;
  const payloads = payloadFiles(join(dir, 'SmartModulePayload'), new Set(modules.all().map(({ uid }) => uid)), durable);

  /** What is left behind costs room until the next start, and nothing else. */
  const discard = (uid: string): Promise<void> =>
    payloads.remove(uid).catch((error) => {
      log('warn', 'the WebAssembly of a former SmartModule could not be removed', { uid, reason: reasonOf(error) });
    });

  const complete = async (module: SmartModule): Promise<SmartModule> => {
    try {
      const payload = await payloads.read(module.uid);
      return { ...module, spec: { ...module.spec, summary: undefined, wasm: { ...module.spec.wasm, payload } } };
    } catch (error) {
      // It was replaced or deleted meanwhile, which a watcher is about to hear; or the file is damaged.
      if (modules.get(module.name)?.uid === module.uid) {
        log('error', 'the WebAssembly of a SmartModule cannot be read', {
          name: module.name,
          reason: reasonOf(error),
        });
      }
      return module;
    }
  };

  return {
    complete,

    async create(asked, spec, dryRun) {
      const name = spec.meta === undefined ? asked : smartModuleStoreName(spec.meta.package);
      const refused = refuse(name, spec);
      if (refused !== undefined) return statusOf(asked, refused);
      if (dryRun) return statusOf(name, undefined);
      const uid = metadata.newUid();
      const { payload } = spec.wasm;
      const put: SmartModule = {
        name,
        uid,
        spec: {
          meta: spec.meta,
          summary: { wasmLength: payload.length },
          wasm: { format: spec.wasm.format, payload: NOTHING },
        },
        status: {},
      };
      let former: string | undefined;
      const failed = await change(metadata, 'SmartModuleError', async () => {
        former = modules.get(name)?.uid;
        try {
          await payloads.write(uid, payload);
          await metadata.commit([{ label: 'SmartModule', put }]);
        } catch (error) {
          await discard(uid);
          throw error;
        }
        return undefined;
      });
      if (failed === undefined && former !== undefined) await discard(former);
      return statusOf(name, failed);
    },

    async delete(key) {
      let found: SmartModule | undefined;
      const refused = await change(metadata, 'SmartModuleError', async () => {
        found = smartModuleFor(key, modules.all());
        if (found === undefined) return refusal({ kind: 'SmartModuleNotFound', name: key }, 'not found');
        await metadata.commit([{ label: 'SmartModule', delete: found.name }]);
        return undefined;
      });
      if (refused === undefined && found !== undefined) await discard(found.uid);
      return statusOf(key, refused);
    },

    async list({ nameFilters, summary }) {
      const keys = nameFilters.map((filter) => {
        const key = parseSmartModuleKey(filter);
        if (key === undefined) throw clusterError('cluster/request', { reason: `'${filter}' is no SmartModule's key` });
        return key;
      });
      const found = modules
        .all()
        .filter((module) => keys.length === 0 || keys.some((key) => matchesSmartModuleKey(key, module)));
      if (summary) return found;
      const shown: SmartModule[] = [];
      for (const module of found) shown.push(await complete(module));
      return shown;
    },

    exists: (key) => smartModuleFor(key, modules.all()) !== undefined,

    async find({ key, known }) {
      const module = smartModuleFor(key, modules.all());
      if (module === undefined) return { errorCode: NO_ERROR, found: undefined };
      const { uid } = module;
      if (uid === known) return { errorCode: NO_ERROR, found: { uid, payload: undefined } };
      const { wasm, summary } = (await complete(module)).spec;
      if (summary !== undefined) return { errorCode: unreadable(module.name), found: undefined };
      return { errorCode: NO_ERROR, found: { uid, payload: wasm.payload } };
    },
  };
}

/** Fluvio's SC takes any name and any version, and then has modules that its own clients cannot read. */
function refuse(name: string, { meta }: SmartModuleSpec): Refusal | undefined {
  if (meta !== undefined) {
    const { name: packaged, group, version, apiVersion } = meta.package;
    if (packaged === '' || group === '') return refusal('SmartModuleError', 'invalid SmartModule package');
    for (const text of [version, apiVersion]) {
      if (!isSmartModuleVersion(text))
        return refusal('SmartModuleError', `'${text}' is no version: write it like 1.0.0`);
    }
  }
  if (name === '' || !canBeKept(name)) {
    return refusal('SmartModuleError', `'${name}' cannot be the name of a SmartModule`);
  }
  return undefined;
}

const unreadable = (name: string): ErrorCode => ({
  kind: 'Other',
  message: `the WebAssembly of SmartModule '${name}' cannot be read: create it again`,
});
