/** The pages of the wire reference. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileText, plain, readDocstrings } from './docstrings.mjs';
import { sectionWriter, table } from './sections.mjs';

/**
 * The text of every page by its file name.
 *
 * @param protocol the built package
 * @param source the folder of its sources
 */
export function wirePages(protocol, source) {
  const docs = readDocstrings(join(source, 'messages'));
  const words = readDocstrings(join(source, 'wire'));
  const exported = Object.entries(protocol);
  const named = namedTypes(exported, docs);
  const { section, fieldTable, link, linked, notationOf } = sectionWriter(docs, named);
  const apis = { sc: Object.values(protocol.scApis), spu: Object.values(protocol.spuApis) };

  return new Map([
    page('README.md', 'The wire protocol', overview()),
    page('sc.md', 'The SC', apiPage('sc')),
    page('sc-objects.md', 'Objects of the SC', objects(), sectionsOf('sc-objects.md')),
    page('spu.md', 'The SPU', apiPage('spu')),
    page('errors.md', 'Errors', errors()),
    page('records.md', 'Record sets, batches and records', records()),
  ]);

  function overview() {
    const file = 'README.md';
    return [
      'What a client and the two servers of a Fluvio cluster, the streaming controller (SC) and the streaming processing ' +
        'units (SPU), say to each other over TCP, TLS or any other pipe of bytes.',
      '- [The SC](sc.md): create, delete, update, list and watch [objects](sc-objects.md).\n' +
        '- [The SPU](spu.md): produce, fetch and stream records, and consumer offsets.\n' +
        '- [Errors](errors.md): every code with its data.\n' +
        '- [Record sets, batches and records](records.md).',
      '## Frames',
      'Both directions carry frames: an `i32` with the number of bytes that follow, then a message. A request is a header ' +
        'and a body:',
      fieldTable(protocol.RequestHeader.node.fields, docs.get('RequestHeader').fields, file),
      'A response is the `i32` correlation id of its request, and a body at the version of the request. It does not say ' +
        'which API it belongs to. A request may be answered by any number of responses. What a server cannot read makes ' +
        'it close the connection.',
      '## Versions',
      'The first request on a connection is ApiVersions, at version 2; its answer lists the versions that the server ' +
        'serves for each API. A field exists at the versions that its table gives: elsewhere writers write nothing and ' +
        'readers take the value under *elsewhere*. Gates hold for fields of structs, also for those of a struct that a ' +
        'variant of an enum holds, and not for variants of enums. Versions of APIs are those that this package negotiates.',
      table(
        ['Server', 'API', 'Key', 'Versions', 'Request', 'Response'],
        [...apis.sc, ...apis.spu].map((api) => [
          api.server.toUpperCase(),
          `[${api.name}](${api.server}.md#${api.name.toLowerCase()})`,
          String(api.key),
          range(api),
          link(api.request, file),
          link(api.response, file) ?? 'none',
        ]),
      ),
      '## Types',
      table(
        ['Type', 'On the wire'],
        [...words]
          .filter(([name]) => protocol.schema[name]?.node?.kind === 'primitive')
          .map(([name, { text }]) => [`\`${name}\``, text]),
      ),
      table(
        ['Written as', 'On the wire'],
        [
          ['`T?`', words.get('option').text],
          ['`T[]`', words.get('list').text],
          ['`map of K to V`', words.get('map').text],
          ['`{ a: T, b: U }`', words.get('struct').text],
          ['`u8` 0 A · 1 B', `${words.get('choice').text} The tag has the width that is named.`],
          ['`u8` 0 A { a: T } · 1 B', words.get('union').text],
          ['label and `T`', words.get('labelled').text],
        ],
      ),
    ];
  }

  function apiPage(server) {
    const file = `${server}.md`;
    const shown = new Set();
    const message = (title, type) => {
      if (type === protocol.NoResponse) return 'It is not answered.';
      if (shown.has(type) || named.get(type).page !== file) return `${title}: ${link(type, file)}.`;
      shown.add(type);
      return section(type, file);
    };
    const chapters = apis[server].map((api) => [
      `## ${api.name}`,
      `${about(api, file)} Key ${api.key}, ${api.min === api.max ? 'version' : 'versions'} ${range(api)}.`,
      message('Request', api.request),
      message('Response', api.response),
    ]);
    const rest = typesOf(file).filter((type) => !shown.has(type));
    return [
      table(
        ['API', 'Key', 'Versions', 'What it does'],
        apis[server].map((api) => [
          `[${api.name}](#${api.name.toLowerCase()})`,
          String(api.key),
          range(api),
          about(api, file),
        ]),
      ),
      chapters,
      '## Types of these APIs',
      rest.map((type) => section(type, file)),
    ];
  }

  /** What the sources say about an API: the docstring of the constant that holds it. */
  function about(api, file) {
    const [name] = exported.find(([, value]) => value === api);
    return linked(docs.get(name).text, file);
  }

  function objects() {
    const kinds = Object.entries(protocol.ListResponse.node.variants);
    return [
      'An object is its name (`string`), its spec and its status. Lists and watches carry objects under the label of their ' +
        'kind.',
      table(
        ['Label', 'Spec', 'Status'],
        kinds.map(([label, list]) => {
          const [, spec, status] = list.node.of.node.fields;
          return [`\`${label}\``, link(spec.type, 'sc-objects.md'), link(status.type, 'sc-objects.md')];
        }),
      ),
    ];
  }

  function errors() {
    const { text, rust } = docs.get('ErrorCode');
    const { dataText } = notationOf('errors.md');
    const others = typesOf('errors.md').filter((type) => type !== protocol.ErrorCode);
    return [
      '### ErrorCode',
      text,
      `Rust: ${rust}.`,
      table(
        ['Number (`i16`)', 'Name', 'Data', 'Meaning'],
        protocol.ErrorCode.node.variants.map(({ name, tag, fields }) => [
          String(tag).replace('-', '−'),
          `\`${name}\``,
          dataText(fields),
          sentence(name, fields),
        ]),
      ),
      others.map((type) => section(type, 'errors.md')),
    ];
  }

  /** The sentence about an error, with the names of its data where the data would be. */
  function sentence(kind, fields) {
    const data = Object.fromEntries(fields.map(({ name }) => [name, `‹${name}›`]));
    return protocol.errorText({ kind, ...data, replica: { topic: '‹topic›', partition: '‹partition›' } });
  }

  function records() {
    const builder = readFileSync(join(source, 'records/batch-builder.ts'), 'utf8');
    const [, grammar] = /Writes one record[\s\S]*?(```text[\s\S]*?```)/.exec(builder);
    const codecs = ['none', 'gzip', 'snappy (framing format)', 'lz4 (frame)', 'zstd'];
    return [
      'A record set is a `u32` with its length in bytes, and batches back to back. Servers may cut it at any byte: the ' +
        'incomplete batch at its end is fetched again.',
      '## Batches',
      fileText(join(source, 'records/layout.ts')).replace(/^.*\n\n/, ''),
      'The record count is part of the payload, and so of what is compressed. Bits of the attributes:',
      table(
        ['Bits', 'Meaning'],
        [
          ['0–2', `codec of the payload: ${codecs.map((name, number) => `${number} ${name}`).join(' · ')}`],
          ['4', 'a schema id precedes the payload; producers must not set it, because servers miscount such batches'],
        ],
      ),
      '## Records',
      plain(grammar),
      'Numbers are varints: zig-zag, seven bits a byte, lowest first. Writers stay within ±2³¹, because Fluvio’s own encoder ' +
        'is wrong beyond. The smallest record has seven bytes: no key and an empty value.',
    ];
  }

  function typesOf(file) {
    return [...named].filter(([, found]) => found.page === file).map(([type]) => type);
  }

  function sectionsOf(file) {
    return typesOf(file).map((type) => section(type, file));
  }
}

function page(file, title, ...parts) {
  const text = parts.flat(Number.POSITIVE_INFINITY).filter((part) => part !== '');
  const head = '<!-- Made by npm run docs:wire from packages/protocol/src: edit the docstrings there. -->';
  return [file, `${head}\n\n# ${title}\n\n${text.join('\n\n')}\n`];
}

/** Every exported schema of messages with its name and its page, in the order of the sources. */
function namedTypes(exported, docs) {
  const types = new Map(exported.filter(([, value]) => value?.node !== undefined));
  const named = new Map();
  for (const [name, { file }] of docs) {
    const type = types.get(name);
    if (type === undefined || ['RequestHeader', 'NoResponse'].includes(name)) continue;
    if (!named.has(type)) named.set(type, { name, page: pageOf(file) });
  }
  return named;
}

function pageOf(file) {
  if (file.startsWith('spu/')) return 'spu.md';
  if (file === 'error-code.ts') return 'errors.md';
  if (file === 'api-versions.ts') return 'sc.md';
  const ofApis = /^sc\/(auth|create|delete|list|mirroring|status|update|watch)\.ts$/;
  return ofApis.test(file) ? 'sc.md' : 'sc-objects.md';
}

function range({ min, max }) {
  return min === max ? String(min) : `${min}–${max}`;
}
