import ts from 'typescript';
import { locate, nodesIn, type SourceFile } from './source-file.js';

/** A function, class or constant at the top of a file: the nodes of the call graph. */
export interface Declaration {
  /** `path#name` */
  readonly id: string;
  readonly file: SourceFile;
  readonly node: ts.Node;
}

/** Who calls whom, across files. Calls of members (`object.method()`) are not followed. */
export class CallGraph {
  readonly declarations: readonly Declaration[];
  readonly #byId: ReadonlyMap<string, Declaration>;
  /** For each file, what a name means that it imports or exports again: `path#name`. */
  readonly #links: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly #called = new Map<string, readonly string[]>();

  constructor(files: readonly SourceFile[]) {
    this.declarations = files.flatMap(declarationsOf);
    this.#byId = new Map(this.declarations.map((each) => [each.id, each]));
    this.#links = new Map(files.map((file) => [file.path, linksOf(file)]));
  }

  /** The id of what `name` means in `path`, through any number of re-exports. */
  resolve(path: string, name: string): string {
    const seen = new Set<string>();
    let id = `${path}#${name}`;
    while (!this.#byId.has(id) && !seen.has(id)) {
      seen.add(id);
      const [file, member] = id.split('#') as [string, string];
      id = this.#links.get(file)?.get(member) ?? id;
    }
    return id;
  }

  /** The names that mean `id` in `path`. */
  namesFor(path: string, id: string): ReadonlySet<string> {
    const [owner, own] = id.split('#') as [string, string];
    const imported = [...(this.#links.get(path)?.keys() ?? [])];
    const names = imported.filter((name) => this.resolve(path, name) === id);
    return new Set(owner === path ? [own, ...names] : names);
  }

  /** Whether running `node` of `file` calls one of the targets, at any depth. */
  reaches(file: SourceFile, node: ts.Node, targets: ReadonlySet<string>): boolean {
    const seen = new Set<string>();
    const open = this.#idsCalled(file, node);
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (targets.has(id)) return true;
      const declaration = this.#byId.get(id);
      if (seen.has(id) || !declaration) continue;
      seen.add(id);
      open.push(...this.#idsCalledBy(declaration));
    }
    return false;
  }

  #idsCalledBy({ id, file, node }: Declaration): readonly string[] {
    const ids = this.#called.get(id) ?? this.#idsCalled(file, node);
    this.#called.set(id, ids);
    return ids;
  }

  #idsCalled(file: SourceFile, node: ts.Node): string[] {
    return namesCalled(node).map((name) => this.resolve(file.path, name));
  }
}

/** Functions that `node` calls, or hands to a function that may call them. */
export function namesCalled(node: ts.Node): string[] {
  const called = [...nodesIn(node)].flatMap((each): ts.Node[] => {
    if (!ts.isCallExpression(each) && !ts.isNewExpression(each)) return [];
    return [each.expression, ...(each.arguments ?? [])];
  });
  return [node, ...called].filter((each) => ts.isIdentifier(each)).map(({ text }) => text);
}

function declarationsOf(file: SourceFile): Declaration[] {
  const declare = (name: string, node: ts.Node) => ({ id: `${file.path}#${name}`, file, node });
  return file.tree.statements.flatMap((statement) => {
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      return declare(statement.name?.text ?? 'default', statement);
    }
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap((each) =>
      ts.isIdentifier(each.name) ? declare(each.name.text, each) : [],
    );
  });
}

function linksOf({ path, tree }: SourceFile): ReadonlyMap<string, string> {
  const links = new Map<string, string>();
  for (const statement of tree.statements) {
    const bindings = bindingsOf(statement);
    if (!bindings || !ts.isStringLiteral(bindings.from)) continue;
    const target = locate(path, bindings.from.text);
    for (const { name, propertyName } of bindings.elements) {
      links.set(name.text, `${target}#${(propertyName ?? name).text}`);
    }
  }
  return links;
}

function bindingsOf(statement: ts.Statement) {
  if (ts.isImportDeclaration(statement)) {
    const named = statement.importClause?.namedBindings;
    if (!named || !ts.isNamedImports(named)) return undefined;
    return { from: statement.moduleSpecifier, elements: named.elements };
  }
  if (!ts.isExportDeclaration(statement) || !statement.moduleSpecifier) return undefined;
  const named = statement.exportClause;
  if (!named || !ts.isNamedExports(named)) return undefined;
  return { from: statement.moduleSpecifier, elements: named.elements };
}
