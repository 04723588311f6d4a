/** What a SmartModule shall be, in the words of a program instead of the wire's. */
import { gzippedWasm } from '@fluvio-ts/client/internal';
import type { SmartModuleMetadata, SmartModuleSpec, SmartModuleVisibility } from '@fluvio-ts/protocol';
import { isSmartModuleVersion } from '@fluvio-ts/protocol';
import { adminError } from '../errors.ts';

/** A SmartModule to store. */
export interface SmartModuleSettings {
  /** The `.wasm` file as it was built, or gzip of it. */
  readonly wasm: Uint8Array;
  /** Makes it one version of a package, so that several are there side by side. Default: it is stored under its name alone. */
  readonly package?: SmartModulePackageSettings;
  /** What its author says about its parameters; part of the package. Default none. */
  readonly params?: Readonly<Record<string, { readonly description?: string; readonly optional?: boolean }>>;
}

/** The package that a SmartModule is a version of, as its `SmartModule.toml` has it. Its name is the module's. */
export interface SmartModulePackageSettings {
  readonly group: string;
  /** A semantic version. */
  readonly version: string;
  /** Version of the interface that it was built for. Default `0.1.0`. */
  readonly apiVersion?: string;
  readonly description?: string;
  readonly license?: string;
  /** Default `private`. */
  readonly visibility?: SmartModuleVisibility;
  readonly repository?: string;
}

/** The spec of a SmartModule with these settings. @throws `option/invalid` */
export async function smartModuleSpec(name: string, settings: SmartModuleSettings): Promise<SmartModuleSpec> {
  const refuse = (option: string) => (reason: string) => adminError('option/invalid', { option, reason });
  const payload = await gzippedWasm(settings.wasm, {}, refuse('wasm'));
  return { meta: metaOf(name, settings), summary: undefined, wasm: { format: 'BINARY', payload } };
}

function metaOf(name: string, settings: SmartModuleSettings): SmartModuleMetadata | undefined {
  const { package: of, params = {} } = settings;
  if (of === undefined) {
    if (Object.keys(params).length === 0) return undefined;
    throw adminError('option/invalid', { option: 'params', reason: 'are part of a package: give that, too' });
  }
  const { group, version, apiVersion = '0.1.0', visibility = 'private', description, license, repository } = of;
  for (const [option, text] of Object.entries({ 'package.version': version, 'package.apiVersion': apiVersion })) {
    if (isSmartModuleVersion(text)) continue;
    throw adminError('option/invalid', { option, reason: `must be a version such as 1.0.0, not '${text}'` });
  }
  return {
    package: { name, group, version, apiVersion, description, license, visibility, repository },
    params: new Map(
      Object.entries(params).map(([param, { description: text, optional = false }]) => [
        param,
        { description: text, optional },
      ]),
    ),
  };
}
