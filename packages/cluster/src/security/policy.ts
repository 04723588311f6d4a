/** The files that say who may do what, in the format of Fluvio's SC: a policy of roles, and the roles of clients. */
import { readFileSync } from 'node:fs';
import { clusterError } from '../errors.ts';
import { reasonOf } from '../logger.ts';
import type { JsonNode } from './json-text.ts';
import { JsonFault, placeOf, readJson } from './json-text.ts';

/** A kind of objects that a policy speaks of. `Remote` is what older versions of Fluvio call `Mirror`. */
export type ObjectType =
  | 'Spu'
  | 'CustomSpu'
  | 'SpuGroup'
  | 'Topic'
  | 'Partition'
  | 'ManagedConnector'
  | 'SmartModule'
  | 'TableFormat'
  | 'DerivedStream'
  | 'Mirror'
  | 'Remote';

const OBJECT_TYPES: readonly ObjectType[] = [
  'Spu',
  'CustomSpu',
  'SpuGroup',
  'Topic',
  'Partition',
  'ManagedConnector',
  'SmartModule',
  'TableFormat',
  'DerivedStream',
  'Mirror',
  'Remote',
];

export const ACTIONS = ['Create', 'Read', 'Update', 'Delete', 'All'] as const;
/** What can be done with an object. */
export type Action = (typeof ACTIONS)[number];

/** Role → kind of objects → what it may: an action, or an action for one object, such as `Delete:orders`. */
export type AuthorizationPolicy = Readonly<Record<string, Readonly<Partial<Record<ObjectType, readonly string[]>>>>>;

/** Name of a client, which is the common name in its certificate → its roles. */
export type AuthorizationScopes = Readonly<Record<string, readonly string[]>>;

/** One thing that a role may do. */
export interface Grant {
  readonly action: Action;
  /** The only object that it is for; undefined for all. */
  readonly instance: string | undefined;
}

/** Roles, each with what it may do with objects of a kind. */
export type Policy = ReadonlyMap<string, ReadonlyMap<ObjectType, readonly Grant[]>>;

/** Reads a policy. @throws `cluster/authorization` with the place, what is wrong there, and what to do */
export function readPolicy(source: string | AuthorizationPolicy): Policy {
  return read('policy', source, (root) => {
    const roles = new Map<string, ReadonlyMap<ObjectType, readonly Grant[]>>();
    for (const role of entriesOf(root, 'the policy', 'write { "Role": { "Topic": ["Read"] } }')) {
      const types = new Map<ObjectType, readonly Grant[]>();
      for (const { name, at, value } of entriesOf(role.value, role.name, 'write { "Topic": ["Read"] }')) {
        if (!isOneOf(OBJECT_TYPES, name)) {
          throw new JsonFault(
            at,
            `${role.name}: '${name}' is no kind of object`,
            `write one of ${OBJECT_TYPES.join(', ')}`,
          );
        }
        const field = `${role.name}.${name}`;
        const type = name === 'Remote' ? 'Mirror' : name;
        const grants = textsOf(value, field, 'write a list such as ["Read", "Create"]').map(({ text, at }, i) =>
          grantOf(text, `${field}[${i}]`, at),
        );
        types.set(type, [...(types.get(type) ?? []), ...grants]);
      }
      roles.set(role.name, types);
    }
    return roles;
  });
}

/** Reads the roles of clients. @throws `cluster/authorization` */
export function readScopes(source: string | AuthorizationScopes): ReadonlyMap<string, readonly string[]> {
  return read('scopes', source, (root) => {
    const clients = new Map<string, readonly string[]>();
    for (const { name, value } of entriesOf(root, 'the scopes', 'write { "client": ["Role"] }')) {
      clients.set(
        name,
        textsOf(value, name, 'write a list of roles such as ["Root"]').map(({ text }) => text),
      );
    }
    return clients;
  });
}

function grantOf(text: string, field: string, at: number): Grant {
  const colon = text.indexOf(':');
  const action = colon < 0 ? text : text.slice(0, colon);
  if (!isOneOf(ACTIONS, action)) {
    throw new JsonFault(
      at,
      `${field}: '${action}' is no action`,
      `write one of ${ACTIONS.join(', ')}, or one with the name of an object such as Delete:orders`,
    );
  }
  const instance = colon < 0 ? undefined : text.slice(colon + 1);
  if (instance === '')
    throw new JsonFault(at, `${field}: no object is named after '${action}:'`, 'name one, or remove the colon');
  return { action, instance };
}

const isOneOf = <T extends string>(words: readonly T[], word: string): word is T =>
  (words as readonly string[]).includes(word);

function entriesOf(node: JsonNode, field: string, fix: string) {
  if (node.kind !== 'object') throw new JsonFault(node.at, `${field} is not an object`, fix);
  return node.entries;
}

function textsOf(node: JsonNode, field: string, fix: string) {
  if (node.kind !== 'array') throw new JsonFault(node.at, `${field} is not a list`, fix);
  return node.items.map((item, i) => {
    if (item.kind !== 'string') throw new JsonFault(item.at, `${field}[${i}] is not a text`, fix);
    return { text: item.value, at: item.at };
  });
}

/** Reads a file, or a value that stands in the options; both are checked in the same way. */
function read<T>(what: 'policy' | 'scopes', source: unknown, take: (root: JsonNode) => T): T {
  const file = typeof source === 'string' ? source : undefined;
  let text: string;
  try {
    text = file === undefined ? (JSON.stringify(source) ?? '') : readFileSync(file, 'utf8');
  } catch (error) {
    const reason = `it cannot be read (${reasonOf(error)})`;
    throw clusterError('cluster/authorization', { what, file, reason, fix: 'give the path of a JSON file' }, error);
  }
  try {
    return take(readJson(text));
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const { message: reason, fix, at } = error;
    throw clusterError('cluster/authorization', {
      what,
      file,
      ...(file === undefined ? {} : placeOf(text, at)),
      reason,
      fix,
    });
  }
}
