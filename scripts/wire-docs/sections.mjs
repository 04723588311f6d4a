/** The sections of the wire reference: one per type, with a table of what it consists of. */
import { absentText, isOlderForm, notation, versionsText } from './notation.mjs';

/**
 * @param docs what the sources say, by name of the constant
 * @param named name and page of every schema that has a name
 */
export function sectionWriter(docs, named) {
  const byFields = new Map([...named.keys()].map((type) => [type.node.fields, type]));

  function link(type, page) {
    const found = named.get(type);
    if (found === undefined) return undefined;
    return `[${found.name}](${found.page === page ? '' : found.page}#${found.name.toLowerCase()})`;
  }

  /** How types are written on a page. */
  function notationOf(page) {
    return notation({
      link: (type) => link(type, page),
      ownerOf: (fields) => byFields.get(fields),
    });
  }

  function section(type, page) {
    const { name } = named.get(type);
    const { text, rust, fields } = docs.get(name);
    return [`### ${name}`, linked(text, page), rust === undefined ? '' : `Rust: ${rust}.`, body(type, fields, page)];
  }

  function body(type, texts, page) {
    const { node } = type;
    switch (node.kind) {
      case 'struct':
        return node.fields.length === 0 ? 'No bytes.' : fieldTable(node.fields, texts, page);
      case 'choice': {
        const variants = Object.entries(node.tags).map(([name, tag]) => ({ name, tag, fields: [] }));
        return tagTable(node.width, variants, texts, page);
      }
      case 'union':
        return tagTable(node.width, node.variants, texts, page);
      case 'labelled':
        return table(
          ['Label', 'Body'],
          Object.entries(node.variants).map(([label, of]) => [`\`${label}\``, notationOf(page).typeText(of)]),
        );
      case 'byVersion': {
        const now = body(node.now, texts, page);
        if (isOlderForm(node)) return now;
        const old = body(node.old, texts, page);
        return [`Below version ${node.below}:`, old, `From version ${node.below} on:`, now];
      }
      case 'mapped':
        return body(node.of, texts, page);
      default:
        return notationOf(page).anonymous(type);
    }
  }

  function fieldTable(fields, texts, page) {
    const { typeText } = notationOf(page);
    return table(
      ['Field', 'Type', 'Versions', 'Elsewhere', 'Meaning'],
      fields.map((field) => [
        `\`${field.name}\``,
        typeText(field.type),
        versionsText(field),
        absentText(field),
        linked(texts.get(field.name) ?? '', page),
      ]),
    );
  }

  function tagTable(width, variants, texts, page) {
    const { dataText } = notationOf(page);
    return table(
      [`Tag (\`${width}\`)`, 'Name', 'Data', 'Meaning'],
      variants.map(({ name, tag, fields }) => [
        String(tag),
        `\`${name}\``,
        dataText(fields),
        linked(texts.get(name) ?? '', page),
      ]),
    );
  }

  /** Makes links of `{@link Name}` where the name is a type of this reference. */
  function linked(text, page) {
    return text.replace(/\{@link (\w+)\}/g, (_, name) => {
      const [type] = [...named].find(([, found]) => found.name === name) ?? [];
      return link(type, page) ?? `\`${name}\``;
    });
  }

  return { section, fieldTable, link, linked, notationOf };
}

/** A Markdown table; columns that are empty throughout are left out. */
export function table(head, rows) {
  const used = head.map((_, column) => rows.some((row) => row[column] !== ''));
  const line = (cells) => {
    const shown = cells.filter((_, column) => used[column]);
    return `| ${shown.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
  };
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
