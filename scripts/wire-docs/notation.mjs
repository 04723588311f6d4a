/** How the reference writes types, versions and values of schemas. */

/**
 * @param link a Markdown link to a type that has a name, undefined for others
 * @param ownerOf the named struct that has these fields, for variants that hold a struct
 */
export function notation({ link, ownerOf }) {
  /** A type in one line. Names are links; what has none is written out. */
  function typeText(type) {
    return link(type) ?? anonymous(type);
  }

  function anonymous({ node }) {
    switch (node.kind) {
      case 'primitive':
        return `\`${node.of}\``;
      case 'option':
        return `${typeText(node.of)}?`;
      case 'list':
        return isObject(node.of.node) ? `(${typeText(node.of)})[]` : `${typeText(node.of)}[]`;
      case 'map':
        return `map of ${typeText(node.key)} to ${typeText(node.value)}`;
      case 'struct':
        return isObject(node) ? objectText(node) : fieldsText(node.fields);
      case 'choice':
        return `\`${node.width}\` ${Object.entries(node.tags)
          .map(([name, tag]) => `${tag} ${name}`)
          .join(' · ')}`;
      case 'union':
        return `\`${node.width}\` ${node.variants
          .map(({ name, tag, fields }) => `${tag} ${name} ${dataText(fields)}`.trim())
          .join(' · ')}`;
      case 'labelled':
        return `label and ${[...new Set(Object.values(node.variants).map(typeText))].join(' or ')}`;
      case 'byVersion':
        return isOlderForm(node)
          ? typeText(node.now)
          : `below ${node.below}: ${typeText(node.old)}; from ${node.below} on: ${typeText(node.now)}`;
      case 'mapped':
        return typeText(node.of);
    }
  }

  /** The data of a variant; empty for none. */
  function dataText(fields) {
    const owner = ownerOf(fields);
    if (owner !== undefined) return link(owner);
    return fields.length === 0 ? '' : fieldsText(fields);
  }

  function fieldsText(fields) {
    if (fields.length === 0) return 'nothing';
    const texts = fields.map((field) => {
      const versions = versionsText(field);
      return `${field.name}: ${typeText(field.type)}${versions === '' ? '' : ` (${versions})`}`;
    });
    return `{ ${texts.join(', ')} }`;
  }

  function objectText({ fields: [, spec, status] }) {
    return `object of ${typeText(spec.type)} and ${typeText(status.type)}`;
  }

  return { typeText, anonymous, dataText };
}

/** Whether a struct is an object of the SC: name, spec and status. */
function isObject({ kind, fields }) {
  return kind === 'struct' && fields.map(({ name }) => name).join() === 'name,spec,status';
}

/** Whether the older form of a type differs only in what newer variants are written as. */
export function isOlderForm(node) {
  return node.kind === 'byVersion' && node.old.node.kind === 'mapped' && node.old.node.of === node.now;
}

/** Versions at which a field exists; empty for all. */
export function versionsText({ since, until }) {
  if (since === until) return `${since} only`;
  if (until !== Number.POSITIVE_INFINITY) return since === 0 ? `≤ ${until}` : `${since}–${until}`;
  return since === 0 ? '' : `≥ ${since}`;
}

/** What readers see where a field does not exist. */
export function absentText({ since, until, absent }) {
  if (since === 0 && until === Number.POSITIVE_INFINITY) return '';
  if (absent === undefined) return 'absent';
  if (absent === '') return 'empty text';
  if (typeof absent === 'string') return `\`${absent}\``;
  if (typeof absent === 'object') return absent instanceof Uint8Array ? 'no bytes' : 'empty';
  return String(absent).replace('-', '−');
}
