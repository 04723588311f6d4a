/**
 * Writes the tables of guides/errors.md, every package's error codes, from the interfaces that declare them:
 * `npm run docs:errors`. With `--check` it writes nothing and fails where the guide says something else.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const guide = join(import.meta.dirname, 'guides/errors.md');
const begin = '<!-- written by npm run docs:errors -->';
const end = '<!-- end of what npm run docs:errors writes -->';
const packages = join(import.meta.dirname, '../../packages');

const declared = readdirSync(packages)
  .map((name) => ({
    name,
    file: ['src/errors.ts', 'src/errors/errors.ts']
      .map((path) => join(packages, name, path))
      .find((path) => existsSync(path)),
  }))
  .filter(({ name, file }) => file !== undefined && !isPrivate(name));

const program = ts.createProgram(
  declared.map(({ file }) => file),
  {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    types: [],
  },
);
const checker = program.getTypeChecker();

const text = readFileSync(guide, 'utf8');
const from = text.indexOf(begin);
const to = text.indexOf(end);
if (from < 0 || to < from) throw new Error(`guides/errors.md has lost its marks "${begin}" and "${end}"`);
const sections = declared.map(({ name, file }) => section(`@fluvio-ts/${name}`, program.getSourceFile(file)));
const wanted = `${text.slice(0, from)}${begin}\n\n${sections.join('\n')}\n${text.slice(to)}`;

if (!process.argv.includes('--check')) {
  writeFileSync(guide, wanted);
} else if (text !== wanted) {
  console.error('guides/errors.md does not have the codes of the sources; run: npm run docs:errors');
  process.exitCode = 1;
}

function isPrivate(name) {
  return JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')).private === true;
}

/** The heading and table of one package. */
function section(name, source) {
  const interfaces = source.statements
    .filter(ts.isInterfaceDeclaration)
    .filter((node) => node.name.text.endsWith('Codes'));
  const retryable = retryableCodes(source);
  const rows = interfaces
    .flatMap((node) => checker.getTypeAtLocation(node).getProperties())
    .map((property) => property.valueDeclaration)
    .filter(ts.isPropertySignature)
    // Codes that another package declares stand in its own table.
    .filter((member) => member.getSourceFile().fileName.includes(`/${name.split('/')[1]}/src/`))
    .map((member) => {
      const code = member.name.text;
      return `| \`${code}\` | ${meaning(member)} | ${fields(member)} | ${retryable.get(code) ?? ''} |`;
    });
  if (rows.length === 0) throw new Error(`${source.fileName} declares no …Codes`);
  return [`### ${name}`, '', '| code | when | context | retryable |', '|---|---|---|---|', ...rows, ''].join('\n');
}

/** The docstring, on one line of a table. */
function meaning(member) {
  const comment = ts.displayPartsToString(checker.getSymbolAtLocation(member.name).getDocumentationComment(checker));
  if (comment === '') throw new Error(`${member.name.text} says nowhere what it means`);
  return comment.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');
}

/** Names of the fields of a code's context. */
function fields(member) {
  return checker
    .getTypeFromTypeNode(member.type)
    .getProperties()
    .map((property) => `\`${property.name}\``)
    .join(', ');
}

/** What the argument of `defineErrors` says of each code: `yes` where it is retryable, `depends` on the cause. */
function retryableCodes(source) {
  const codes = new Map();
  const visit = (node) => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'defineErrors') {
      for (const entry of node.arguments[0].properties) {
        const how = entry.initializer?.properties.find((property) => property.name?.getText() === 'retryable');
        if (how === undefined) continue;
        const isTrue = how.initializer?.kind === ts.SyntaxKind.TrueKeyword;
        codes.set(entry.name.text, isTrue ? 'yes' : 'depends on the cause');
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return codes;
}
