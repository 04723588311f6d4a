/** About how many bytes of heap a decoded value takes, from what the engine needs for each kind of value. */
export function weightOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return 16 + value.length;
    case 'bigint':
      return 24;
    case 'object':
      return value === null ? 0 : weightOfObject(value);
    default:
      return 0;
  }
}

function weightOfObject(value: object): number {
  // Bytes are views of the frame.
  if (ArrayBuffer.isView(value)) return 104;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + 8 + weightOf(item), 32);
  if (value instanceof Map) {
    let sum = 200;
    for (const [key, item] of value) sum += 48 + weightOf(key) + weightOf(item);
    return sum;
  }
  return Object.values(value).reduce<number>((sum, item) => sum + 8 + weightOf(item), 56);
}
