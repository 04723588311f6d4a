/**
 * Lays out JSON over several lines without reading its values: numbers keep all their digits, and keys their order, which
 * parsing and printing again would not.
 */

const INDENT = '  ';

/** Strings, whole; brackets, commas and colons; numbers and words; blanks are what is in between. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/** @throws SyntaxError when the text is not JSON */
export function layOutJson(text: string): string {
  JSON.parse(text);
  const tokens = text.match(TOKEN) ?? [];
  let result = '';
  let depth = 0;
  const newLine = (): void => {
    result += `\n${INDENT.repeat(depth)}`;
  };
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] ?? '';
    if (token === '{' || token === '[') {
      const closing = tokens[i + 1];
      if (closing === '}' || closing === ']') {
        result += `${token}${closing}`;
        i++;
      } else {
        depth++;
        result += token;
        newLine();
      }
    } else if (token === '}' || token === ']') {
      depth--;
      newLine();
      result += token;
    } else if (token === ',') {
      result += token;
      newLine();
    } else {
      result += token === ':' ? ': ' : token;
    }
  }
  return result;
}
