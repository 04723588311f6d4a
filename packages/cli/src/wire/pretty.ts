/** JSON in which whatever fits into a line stands in one: a field and its bytes, say. */

const WIDTH = 120;

/** A value that JSON has, as text. */
export function pretty(value: unknown, indent = '', room = WIDTH): string {
  const flat = oneLine(value);
  if (flat.length + indent.length <= room || typeof value !== 'object' || value === null) return flat;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((each) => `${inner}${pretty(each, inner, room)}`).join(',\n')}\n${indent}]`;
  }
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  const lines = fields.map(([key, each]) => `${inner}${JSON.stringify(key)}: ${pretty(each, inner, room)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function oneLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  if (fields.length === 0) return '{}';
  return `{ ${fields.map(([key, each]) => `${JSON.stringify(key)}: ${oneLine(each)}`).join(', ')} }`;
}
