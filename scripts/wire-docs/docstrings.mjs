/**
 * What the sources of the protocol say about its schemas: the docstring of every exported constant and of the fields
 * inside it. The reference takes its prose from there, so that each fact is written once.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/**
 * Reads a folder of sources.
 *
 * @returns by name of the constant: `file` it is declared in, `text` about it, `rust` type or types that it mirrors, and
 *   `fields`, texts by name of the field or variant
 */
export function readDocstrings(folder) {
  const constants = new Map();
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.ts'));
  for (const file of files.filter((name) => !name.endsWith('.test.ts')).sort()) {
    const source = readFileSync(join(folder, file), 'utf8');
    // What a constant that is not exported says of its fields is said of those of the next one that is.
    let fields = new Map();
    for (const { comment, exported, name, body } of declarations(source)) {
      for (const [field, text] of fieldTexts(body)) {
        if ((fields.get(field) ?? text) !== text) throw new Error(`${file}: ${name} says two things about ${field}`);
        fields.set(field, text);
      }
      if (!exported) continue;
      constants.set(name, { file: file.split(sep).join('/'), ...splitRust(plain(comment)), fields });
      fields = new Map();
    }
  }
  return constants;
}

/** The constants of a file with what stands above and inside them. */
function declarations(source) {
  const heads = [...source.matchAll(/^(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?(export )?const (\w+)/gm)];
  return heads.map(([head, comment = '', exported, name], i) => {
    const from = heads[i].index + head.length;
    return { comment, exported: exported !== undefined, name, body: source.slice(from, heads[i + 1]?.index) };
  });
}

/** The text at the top of a file. */
export function fileText(path) {
  return plain(/^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(path, 'utf8'))[1]);
}

/** A comment without its stars. Lines of a paragraph are joined; code blocks stay as they are. */
export function plain(comment) {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  return lines
    .join('\n')
    .trim()
    .split(/(```[\s\S]*?```)/)
    .map((piece) => (piece.startsWith('```') ? piece : piece.replace(/(\S)\n(?=\S)/g, '$1 ')))
    .join('');
}

/** Takes the sentence `Rust: …` out of a text. */
function splitRust(text) {
  const found = /(?:^|\s)Rust: ([\s\S]*?)\.?$/.exec(text);
  return found === null ? { text, rust: undefined } : { text: text.slice(0, found.index).trim(), rust: found[1] };
}

/** Docstrings in front of a `name:` or a shorthand `name,`. */
function fieldTexts(body) {
  const fields = body.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\w+)\b(?=[:,])/g);
  return [...fields].map(([, comment, name]) => [name, plain(comment)]);
}
