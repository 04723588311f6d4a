/**
 * Marks what a module does when it is loaded as free of effects: for packages whose manifest says so (`sideEffects: false`).
 *
 * Bundlers believe the manifest for whole files only. Once many modules are one file they look at each statement, and keep
 * every call that nobody told them to be pure, and every read of a property, which may be a getter.
 */
const MARK = '/*@__PURE__*/ ';

/** What runs later, or never. */
const LATER = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassDeclaration',
  'ClassExpression',
]);

/** Objects whose properties bundlers know. */
const KNOWN = new Set(['Number', 'Math', 'Symbol']);

/** The module with marks in the values of its top-level constants. `parse` gives its ESTree. */
export function markPure(code, parse) {
  const inserts = [];
  for (const statement of parse(code).body) {
    const declaration = statement.declaration ?? statement;
    if (declaration?.type !== 'VariableDeclaration') continue;
    for (const { init } of declaration.declarations) {
      if (init === null) continue;
      const made = calls(init);
      if (reads(init) || made.length > 1) inserts.push([init.start, `${MARK}(() => (`], [init.end, '))()']);
      else if (made.length === 1) inserts.push([made[0], MARK]);
    }
  }
  let marked = '';
  let from = 0;
  for (const [at, text] of inserts.sort(([a], [b]) => a - b)) {
    marked += code.slice(from, at) + text;
    from = at;
  }
  return marked + code.slice(from);
}

/** Whether making the value reads a property of something, or spreads it. */
function reads(node) {
  if (node.type === 'SpreadElement') return true;
  if (node.type === 'MemberExpression' && !KNOWN.has(node.object.name)) return true;
  return children(node).some(reads);
}

/** Where the calls begin that making the value takes. */
function calls(node) {
  const own = node.type === 'CallExpression' || node.type === 'NewExpression' ? [node.start] : [];
  return [...own, ...children(node).flatMap(calls)];
}

/** The parts of a node that are run with it. */
function children(node) {
  if (LATER.has(node.type)) return [];
  return Object.values(node)
    .flat()
    .filter((part) => typeof part?.type === 'string');
}
