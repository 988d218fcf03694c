import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

/**
 * The sources as data, for tests about the sources themselves: what imports what, what exports what, how long
 * it is.
 */

export interface SourceFile {
  /** From src/, with forward slashes: `keys/key-ring.ts`. */
  name: string
  text: string
  tree: ts.SourceFile
  lines: number
  /**
   * Modules that are named in any kind of import, type imports included: files of src/ or the names of
   * packages.
   */
  imports: Array<{ name: string, isOurs: boolean, isTypeOnly: boolean }>
  exports: string[]
}

const root = path.resolve(import.meta.dirname, '../../src')

/** Every hand-written file under src/, in order of name. */
export function readSources(): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map(name => name.split(path.sep).join('/'))
    .filter(name => /\.tsx?$/.test(name) && !name.startsWith('generated/'))
    .sort()
    .map(name => parseSource(name, readFileSync(path.join(root, name), 'utf8')))
}

/** @param name as if it stood there under src/ */
export function parseSource(name: string, text: string): SourceFile {
  const tree = ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true,
    name.endsWith('.tsx') ? ts.ScriptKind.TSX : ts.ScriptKind.TS)
  return {
    name,
    text,
    tree,
    lines: text.trimEnd().split('\n').length,
    imports: ts.preProcessFile(text).importedFiles.map(({ fileName, pos }) => ({
      name: fileName.startsWith('.') ? path.posix.join(path.posix.dirname(name), fileName) : fileName,
      isOurs: fileName.startsWith('.'),
      isTypeOnly: isTypeStatement(tree.statements.find(each => each.pos <= pos && pos < each.end))
    })),
    exports: tree.statements.flatMap(listExports)
  }
}

/**
 * The part of the house a file belongs to: its folder, `stores/<driver>`, or its own name directly under
 * src/.
 */
export function unitOf(name: string): string {
  const [first = '', second = '', ...deeper] = name.replace(/\.tsx?$/, '').split('/')
  return first === 'stores' && deeper.length > 0 ? `${first}/${second}` : first
}

/** Calls back for every node of a tree, parents first. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node)
  ts.forEachChild(node, child => walk(child, visit))
}

/** Functions with the number of their lines, blank ones and comments left out. */
export function measureFunctions({ tree }: SourceFile): Array<{ name: string, line: number, lines: number }> {
  const lineOf = (position: number) => tree.getLineAndCharacterOfPosition(position).line
  const codeLines = new Set<number>()
  const functions: ts.FunctionLikeDeclaration[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) functions.push(node)
    const children = node.getChildren(tree).filter(child => !ts.isJSDoc(child))
    children.forEach(visit)
    if (children.length > 0) return
    for (let line = lineOf(node.getStart(tree)); line <= lineOf(node.getEnd()); line += 1) codeLines.add(line)
  }
  visit(tree)
  return functions.map(node => {
    const [first, last] = [lineOf(node.getStart(tree)), lineOf(node.getEnd())]
    const lines = [...codeLines].filter(line => line >= first && line <= last).length
    return { name: node.name?.getText(tree) ?? '(anonymous)', line: first + 1, lines }
  })
}

/** The comment before the first statement that is no import, without its markers; '' when there is none. */
export function openingComment({ tree, text }: SourceFile): string {
  const opensWith = tree.statements.find(statement => !ts.isImportDeclaration(statement))
  const positions = [...(tree.statements[0] ? [0] : []), ...(opensWith ? [opensWith.getFullStart()] : [])]
  const comments = positions.flatMap(position => ts.getLeadingCommentRanges(text, position) ?? [])
  const unique = new Map(comments.map(comment => [comment.pos, text.slice(comment.pos, comment.end)]))
  const markers = /^\s*(\/\*\*?|\*\/?|\/\/)|\*\//gm
  return [...unique.values()].join(' ').replace(markers, '').replace(/\s+/g, ' ').trim()
}

/** Groups of files that import each other in a circle; imports of types load nothing and close none. */
export function findCycles(sources: SourceFile[]): string[][] {
  const loaded = ({ imports }: SourceFile) =>
    imports.filter(({ isOurs, isTypeOnly }) => isOurs && !isTypeOnly)
  const graph = new Map(sources.map(source => [source.name, loaded(source)]))
  const done = new Set<string>()
  const cycles: string[][] = []
  const follow = (name: string, trail: string[]): void => {
    if (trail.includes(name)) cycles.push([...trail.slice(trail.indexOf(name)), name])
    if (trail.includes(name) || done.has(name)) return
    for (const next of graph.get(name) ?? []) follow(next.name, [...trail, name])
    done.add(name)
  }
  for (const name of graph.keys()) follow(name, [])
  return cycles
}

function isTypeStatement(statement: ts.Statement | undefined): boolean {
  if (statement === undefined) return false
  if (ts.isImportDeclaration(statement)) {
    return statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
  }
  return ts.isExportDeclaration(statement) && statement.isTypeOnly
}

function listExports(statement: ts.Statement): string[] {
  if (ts.isExportAssignment(statement)) return ['default']
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause
    return clause && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name.text) : []
  }
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) ?? [] : []
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
  if (modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) return ['default']
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => name.getText(statement.getSourceFile()))
  }
  const { name } = statement as ts.DeclarationStatement
  return name ? [name.text] : []
}
