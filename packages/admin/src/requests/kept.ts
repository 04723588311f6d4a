/** The verbs of objects that the controller only keeps: it is asked for them each time, and makes and deletes them at once. */
import type { Cluster } from '@fluvio-ts/client/internal';
import type { CreateRequest, DeleteRequest } from '@fluvio-ts/protocol';
import { Create, Delete } from '@fluvio-ts/protocol';
import type { AnyObject, ListedKind } from '../objects/object.ts';
import type { ChangeOptions } from './change.ts';
import { budget, change } from './change.ts';
import { matches } from './matches.ts';
import type { ReadOptions } from './read.ts';
import { read } from './read.ts';
import { settled } from './settled.ts';

/** How an object is made. */
export interface CreateOptions extends ChangeOptions {
  /**
   * Only check what can be checked here. The controller is not asked: Fluvio's own ignores the wish, and would make it.
   * Default false.
   */
  readonly dryRun?: boolean;
}

/** Which objects are listed. */
export interface ListOptions extends ReadOptions {
  /** Names that contain this text, or match this expression. Default: all. */
  readonly name?: string | RegExp;
}

/** One kind of them. */
export interface KeptKind<Wire extends { readonly name: string }, T extends AnyObject> {
  readonly kind: ListedKind<Wire, T>;
  /** As in "SPU group". */
  readonly noun: string;
}

/** See the file's head. */
export interface KeptVerbs<T> {
  get(name: string, options?: ReadOptions): Promise<T | undefined>;
  list(options?: ListOptions): Promise<T[]>;
  /** Makes an object that will have the name `name`, and resolves with it; a dry run makes none, and has `dry`. */
  create(name: string, request: CreateRequest, dry: T, options: CreateOptions): Promise<T>;
  /** Deletes an object, and resolves when it is not shown any more. */
  delete(name: string, request: DeleteRequest, options?: ChangeOptions): Promise<void>;
}

/** Makes the verbs of one kind. */
export function kept<Wire extends { readonly name: string }, T extends AnyObject>(
  cluster: Cluster,
  { kind, noun }: KeptKind<Wire, T>,
): KeptVerbs<T> {
  const list = (signal: AbortSignal | undefined): Promise<T[]> => read(cluster, kind, {}, { signal });

  return {
    async get(name, { signal } = {}) {
      return (await list(signal)).find((one) => one.name === name);
    },

    async list({ name, signal } = {}) {
      return (await list(signal)).filter((one) => matches(one.name, name));
    },

    async create(name, request, dry, options) {
      if (options.dryRun === true) return dry;
      const what = `creating ${noun} '${name}'`;
      const time = budget(options);
      await change(cluster, { what, object: name }, Create, request, time);
      const look = (all: readonly T[]): T | undefined => all.find((one) => one.name === name);
      return settled(cluster, kind, { what, look, state: `${noun} '${name}' is not shown` }, time);
    },

    async delete(name, request, options = {}) {
      const what = `deleting ${noun} '${name}'`;
      const time = budget(options);
      await change(cluster, { what, object: name }, Delete, request, time);
      const look = (all: readonly T[]): true | undefined => !all.some((one) => one.name === name) || undefined;
      await settled(cluster, kind, { what, look, state: `${noun} '${name}' is still shown` }, time);
    },
  };
}
