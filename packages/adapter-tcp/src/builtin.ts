/** Modules of the runtime that only TLS needs: as imports they would be a fifth of what loading this package costs everyone. */

/** What is behind the names. */
interface Builtins {
  readonly 'node:crypto': typeof import('node:crypto');
  readonly 'node:tls': typeof import('node:tls');
}

/** The module of that name, loaded when first asked for. */
export function builtin<Name extends keyof Builtins>(name: Name): Builtins[Name] {
  return process.getBuiltinModule(name) as Builtins[Name];
}
