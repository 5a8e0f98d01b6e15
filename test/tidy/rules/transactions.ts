import ts from 'typescript';
import { CallGraph, type Declaration, namesCalled } from '../call-graph.js';
import { type Exceptions, staleExceptions } from '../exceptions.js';
import { isTest } from '../layers.js';
import { nodesIn, type SourceFile } from '../source-file.js';

const CONTEXT = 'server/src/services/context.ts';
const OPENERS = [`${CONTEXT}#inTransaction`, `${CONTEXT}#inEssentialTransaction`];
const RECORDERS = new Set([
  'server/src/services/record-change.ts#recordChange',
  'server/src/store/audit-store.ts#recordAudit',
]);

/** Only `services/context.ts` opens transactions, so none skips the check of free space. */
export function transactionViolations(
  files: readonly SourceFile[],
  exceptions: Exceptions = {},
): string[] {
  const owners = files
    .filter(({ path, names }) => isOfServer(path) && names.has('.transaction'))
    .map(({ path }) => path)
    .filter((path) => path !== CONTEXT);
  return [
    ...owners
      .filter((path) => !(path in exceptions))
      .map((path) => `${path} opens a transaction without services/context.ts`),
    ...staleExceptions(exceptions, new Set(owners)),
  ];
}

/**
 * The work of every transaction calls `recordChange` or `recordAudit`, at any depth. A function that
 * runs the work of its caller in a transaction hands this duty on to its callers.
 */
export function auditViolations(files: readonly SourceFile[]): string[] {
  const graph = new CallGraph(files.filter(({ path }) => isOfServer(path)));
  const open = [...OPENERS];
  const frames = new Set<string>();
  const silent = new Set<string>();
  for (let frame = open.pop(); frame !== undefined; frame = open.pop()) {
    if (frames.has(frame)) continue;
    frames.add(frame);
    for (const declaration of graph.declarations) {
      for (const work of worksFor(graph, declaration, frame)) {
        if (work.some((part) => graph.reaches(declaration.file, part, RECORDERS))) continue;
        const isHandedOn = work.some((part) => callsParameter(declaration, part));
        if (isHandedOn) open.push(declaration.id);
        else silent.add(declaration.id);
      }
    }
  }
  return [...silent].sort().map((id) => {
    return `${id.replace('#', ' ')} commits a transaction that does not reach recordChange`;
  });
}

/** The first start, in `setup`, has no person who could have a grant. */
export function grantViolations(files: readonly SourceFile[]): string[] {
  const graph = new CallGraph(files.filter(({ path }) => isOfServer(path)));
  return graph.declarations
    .filter(({ file: { path } }) => path !== CONTEXT && !path.includes('/services/setup/'))
    .filter((each) => OPENERS.some((opener) => worksFor(graph, each, opener).length > 0))
    .filter(({ node }) => ![...nodesIn(node)].some(isGrant))
    .map(({ id }) => `${id.replace('#', ' ')} opens a transaction without a grant`);
}

function isOfServer(path: string): boolean {
  return path.startsWith('server/src/') && !isTest(path);
}

function isGrant(node: ts.Node): boolean {
  return ts.isIdentifier(node) && /Grant$/.test(node.text);
}

/** The arguments of each call of `frame`, by its own name or by that of a constant it is kept in. */
function worksFor(
  graph: CallGraph,
  { file, node }: Declaration,
  frame: string,
): (readonly ts.Expression[])[] {
  const names = graph.namesFor(file.path, frame);
  if (names.size === 0) return [];
  const isFrame = (each: ts.Node) => ts.isIdentifier(each) && names.has(each.text);
  const nodes = [...nodesIn(node)];
  const aliases = nodes
    .filter((each) => ts.isVariableDeclaration(each))
    .filter(({ initializer }) => initializer && [...nodesIn(initializer)].some(isFrame))
    .map(({ name }) => name.getText());
  return nodes
    .filter((each) => ts.isCallExpression(each))
    .filter(({ expression }) => isFrame(expression) || aliases.includes(expression.getText()))
    .map((call) => call.arguments);
}

/** A parameter that is a function; its type has to be written out, as in `(tx: Tx) => …`. */
function callsParameter({ node }: Declaration, work: ts.Node): boolean {
  const called = namesCalled(work);
  return [...nodesIn(node)].some(
    (each) =>
      ts.isParameter(each) &&
      each.type !== undefined &&
      ts.isFunctionTypeNode(each.type) &&
      called.includes(each.name.getText()),
  );
}
