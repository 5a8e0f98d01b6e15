import { dirname, join, normalize } from 'node:path/posix';
import { parse } from 'svelte/compiler';
import ts from 'typescript';

/** What one file imports, declares and uses. Comments and strings do not count as code. */
export interface SourceFile {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
  readonly tree: ts.SourceFile;
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionShape[];
  /** Identifiers, and members as `object.member` and `.member`. */
  readonly names: ReadonlySet<string>;
  /** Calls of plain functions and constructors without arguments: `fetch()`, `new Date()`. */
  readonly calls: ReadonlySet<string>;
  /** A Svelte component that contains `{@html …}`. */
  readonly rendersHtml: boolean;
}

export interface Import {
  /** A path in this repository where there is one, else the name of the package. */
  readonly path: string;
  /** An import that is gone when the program runs. */
  readonly typeOnly: boolean;
}

export interface FunctionShape {
  readonly name: string;
  readonly lines: number;
  readonly parameters: number;
}

export function parseSource(path: string, text: string): SourceFile {
  const { code, markup } = path.endsWith('.svelte')
    ? splitComponent(text)
    : { code: text, markup: { imports: [], rendersHtml: false } };
  const kind = path.endsWith('.mjs') ? ts.ScriptKind.JS : ts.ScriptKind.TS;
  const tree = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true, kind);
  const imports: Import[] = markup.imports.map((specifier) => {
    return { path: locate(path, specifier), typeOnly: false };
  });
  const functions: FunctionShape[] = [];
  const names = new Set<string>();
  const calls = new Set<string>();
  for (const node of nodesIn(tree)) {
    const imported = importOf(node);
    if (imported) imports.push({ ...imported, path: locate(path, imported.path) });
    const shape = shapeOf(node, tree);
    if (shape) functions.push(shape);
    for (const name of namesOf(node)) names.add(name);
    const call = callOf(node);
    if (call !== undefined) calls.add(call);
  }
  const { rendersHtml } = markup;
  return { path, text, tree, imports, functions, names, calls, rendersHtml };
}

export function* nodesIn(root: ts.Node): Generator<ts.Node> {
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node;
    ts.forEachChild(node, (child) => void open.push(child));
  }
}

function importOf(node: ts.Node): Import | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const { moduleSpecifier } = node;
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return undefined;
    const typeOnly = ts.isImportDeclaration(node)
      ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
      : node.isTypeOnly;
    return { path: moduleSpecifier.text, typeOnly };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    const { literal } = node.argument;
    return ts.isStringLiteral(literal) ? { path: literal.text, typeOnly: true } : undefined;
  }
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) {
    return undefined;
  }
  const [argument] = node.arguments;
  if (!argument || !ts.isStringLiteralLike(argument)) return undefined;
  return { path: argument.text, typeOnly: false };
}

function shapeOf(node: ts.Node, tree: ts.SourceFile): FunctionShape | undefined {
  if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return undefined;
  const lineAt = (position: number) => tree.getLineAndCharacterOfPosition(position).line;
  return {
    name: nameOfFunction(node),
    lines: lineAt(node.end) - lineAt(node.getStart(tree)) + 1,
    parameters: node.parameters.filter((each) => each.name.getText(tree) !== 'this').length,
  };
}

function nameOfFunction(node: ts.SignatureDeclaration): string {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const named = node.name ? node : node.parent;
  const name = 'name' in named ? (named.name as ts.Node | undefined) : undefined;
  return name && ts.isIdentifier(name) ? name.text : 'an unnamed function';
}

function namesOf(node: ts.Node): string[] {
  if (ts.isIdentifier(node)) return [node.text];
  if (ts.isPropertyAccessExpression(node)) {
    const member = `.${node.name.text}`;
    const owner = node.expression;
    return ts.isIdentifier(owner) ? [member, `${owner.text}${member}`] : [member];
  }
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return [`.${node.argumentExpression.text}`];
  }
  return [];
}

function callOf(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
    return `${node.expression.text}()`;
  }
  if (!ts.isNewExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
  return node.arguments?.length ? undefined : `new ${node.expression.text}()`;
}

/** A path in this repository where there is one, else the name of the package. */
export function locate(from: string, specifier: string): string {
  const own = /^@sluice\/(sdk|server|admin-ui)(?:\/(.+))?$/.exec(specifier);
  if (own) {
    const folder = `${own[1]}/src`;
    if (own[2] === undefined) return `${folder}/index.ts`;
    return own[1] === 'sdk' ? `${folder}/${own[2]}/index.ts` : `${folder}/${own[2]}.ts`;
  }
  if (!specifier.startsWith('.')) return specifier;
  return normalize(join(dirname(from), specifier)).replace(/\.js$/, '.ts');
}

interface MarkupNode {
  readonly type: string;
  readonly source?: { readonly value?: unknown };
}

/** The scripts of a component, at the lines where they stand, and what its markup uses. */
function splitComponent(text: string) {
  const { instance, module, fragment } = parse(text, { modern: true });
  const blank = (part: string) => part.replace(/[^\n]/g, ' ');
  let code = '';
  for (const script of [module, instance].sort((a, b) => (a?.start ?? 0) - (b?.start ?? 0))) {
    if (!script) continue;
    const { start, end } = script.content as unknown as { start: number; end: number };
    code += blank(text.slice(code.length, start)) + text.slice(start, end);
  }
  const nodes = [...markupNodes(fragment)];
  const imports = nodes
    .filter(({ type }) => type === 'ImportExpression')
    .map(({ source }) => String(source?.value));
  const rendersHtml = nodes.some(({ type }) => type === 'HtmlTag');
  return { code, markup: { imports, rendersHtml } };
}

function* markupNodes(value: unknown): Generator<MarkupNode> {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value && typeof value.type === 'string') yield value as MarkupNode;
  for (const member of Object.values(value)) yield* markupNodes(member);
}
