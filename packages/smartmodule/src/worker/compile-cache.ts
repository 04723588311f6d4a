/** Compiled modules by their bytes: a produce request brings the same module again and again. */
import { createHash } from 'node:crypto';
import { type CompiledModule, compileModule } from '../compile.ts';

/** Modules that are kept; the one that was not used for longest goes first. */
const KEPT_MODULES = 32;

/** Compiles modules, each once. */
export interface CompileCache {
  /** Throws as compiling does. */
  compile(wasm: Uint8Array, name: string): Promise<CompiledModule>;
}

export function compileCache(memoryLimitBytes: number): CompileCache {
  const known = new Map<string, CompiledModule>();
  return {
    async compile(wasm, name) {
      const key = createHash('sha256').update(wasm).digest('base64');
      const module = known.get(key) ?? (await compileModule(wasm, { name, memoryLimitBytes }));
      known.delete(key);
      known.set(key, module);
      if (known.size > KEPT_MODULES) {
        for (const oldest of known.keys()) {
          known.delete(oldest);
          break;
        }
      }
      return { ...module, name };
    },
  };
}
