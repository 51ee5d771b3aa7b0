import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { ROOT } from './pages.js';

/** Longer values (the table of errors, of options) are told and not shown. */
const LONGEST_VALUE = 12;

export interface Declared {
  readonly name: string;
  readonly kind: 'class' | 'function' | 'type' | 'value';
  /** The docstring, in Markdown; "" where there is none. */
  readonly text: string;
  /** As TypeScript has it, with the docstrings of its members. */
  readonly declaration: string;
  /** Public methods without a docstring. */
  readonly silent: readonly string[];
}

export interface Door {
  /** "docker-manual/vitest" */
  readonly name: string;
  readonly exports: readonly Declared[];
  /** What they extend without its being exported. */
  readonly bases: readonly Declared[];
}

/** What the package exports, door by door, out of the types that are built. */
export function doors(): Door[] {
  const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { exports: Record<string, unknown> };
  const entries = Object.entries(exports).flatMap(([path, target]) => {
    const types = (target as { types?: string }).types;
    return types === undefined ? [] : [{ name: `docker-manual${path.slice(1)}`, file: ROOT + types.slice(2) }];
  });
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    { module: ts.ModuleKind.NodeNext, skipLibCheck: true, types: ['node'] },
  );
  const checker = program.getTypeChecker();
  return entries.map(({ name, file }) => {
    const source = program.getSourceFile(file);
    if (source === undefined) throw new Error(`${file} is not there: npm run build`);
    const symbol = checker.getSymbolAtLocation(source);
    const found = symbol ? checker.getExportsOfModule(symbol) : [];
    const exports = found.map((each) => declared(checker, each));
    return { name, exports, bases: basesOf(checker, found).map((each) => declared(checker, each)) };
  });
}

/** What exported interfaces extend and what is not exported itself: members of theirs are declared there. */
function basesOf(checker: ts.TypeChecker, exported: readonly ts.Symbol[]): ts.Symbol[] {
  const seen = new Set(exported.map((each) => unaliased(checker, each)));
  const bases: ts.Symbol[] = [];
  const visit = (node: ts.Node): void => {
    const symbol = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
    const type = symbol && unaliased(checker, symbol);
    const [declaration] = type?.declarations ?? [];
    if (type && declaration && !seen.has(type) && declaration.getSourceFile().fileName.startsWith(`${ROOT}dist`)) {
      seen.add(type);
      bases.push(type);
      clausesOf(declaration).forEach(visit);
    }
    ts.forEachChild(node, visit);
  };
  for (const each of [...seen]) clausesOf(each.declarations?.[0]).forEach(visit);
  return bases;
}

function clausesOf(node: ts.Node | undefined): readonly ts.Node[] {
  return node && ts.isInterfaceDeclaration(node) ? (node.heritageClauses ?? []) : [];
}

function unaliased(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function declared(checker: ts.TypeChecker, exported: ts.Symbol): Declared {
  const symbol = unaliased(checker, exported);
  const [node] = symbol.declarations ?? [];
  if (node === undefined) throw new Error(`${exported.name} is declared nowhere`);
  // Of `const { a, b } = …` only the first has the docstring.
  const list = ts.isVariableDeclaration(node) ? node.parent : undefined;
  const first = list && ts.isVariableDeclarationList(list) ? list.declarations[0]?.name : undefined;
  const spoken = (first && checker.getSymbolAtLocation(first)) ?? symbol;
  const silent = ts.isClassDeclaration(node) ? node.members.filter(ts.isMethodDeclaration) : [];
  return {
    name: exported.name,
    kind: kindOf(node),
    text: docOf(checker, spoken),
    declaration: textOf(node),
    silent: silent.filter((each) => ts.getJSDocCommentsAndTags(each).length === 0).map((each) => each.name.getText()),
  };
}

/** "{@link Manager.check}": as code. */
function linked(text: string): string {
  return text.replaceAll(/\{@link ([^}]+)\}/g, '`$1`');
}

function kindOf(node: ts.Node): Declared['kind'] {
  if (ts.isClassDeclaration(node)) return 'class';
  if (ts.isFunctionDeclaration(node)) return 'function';
  return ts.isVariableDeclaration(node) ? 'value' : 'type';
}

function docOf(checker: ts.TypeChecker, symbol: ts.Symbol): string {
  const text = linked(ts.displayPartsToString(symbol.getDocumentationComment(checker)));
  const tags = symbol.getJsDocTags(checker).map((tag) => {
    const what = ts.displayPartsToString(tag.text);
    if (tag.name === 'throws') return `Throws ${what}`;
    if (tag.name === 'returns') return `Returns ${what}`;
    const [name, ...words] = what.split(' ');
    return tag.name === 'param' ? `- \`${name}\`: ${words.join(' ').replace(/^- /, '')}` : what;
  });
  return [text, ...tags].filter(Boolean).join('\n\n');
}

function textOf(node: ts.Node): string {
  const whole = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  const text = whole
    .getText()
    .replace(/^export (?:default )?/, '')
    .replace(/^declare /, '')
    .replaceAll(/^ +(?:#private|private [^\n]*);\n/gm, '')
    .replaceAll('\r', '');
  const lines = text.split('\n');
  if (!ts.isVariableDeclaration(node) || lines.length <= LONGEST_VALUE) return text;
  return `${lines[0]} … }`;
}
