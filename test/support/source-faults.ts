import ts from 'typescript'
import { unitOf, walk, type SourceFile } from './source-tree.ts'

/** What a piece of source must not do, found in its syntax tree; each fault is a sentence. */

/** node:crypto in protocol/ is for digests: they give the same for the same. */
const pureCrypto = ['hash', 'createHash', 'createHmac', 'timingSafeEqual']

/** Where a file other than config.ts reads the environment. */
export const findEnvironmentReads = ({ name, tree }: SourceFile): string[] => {
  const faults: string[] = []
  walk(tree, node => {
    const isMember = ts.isPropertyAccessExpression(node) && node.name.text === 'env' ||
      ts.isElementAccessExpression(node) && ts.isStringLiteral(node.argumentExpression) &&
        node.argumentExpression.text === 'env'
    const reads = isMember && /^(globalThis\.)?process$/.test(node.expression.getText(tree))
    const imports = ts.isImportSpecifier(node) && (node.propertyName ?? node.name).text === 'env' &&
      /^['"](node:)?process['"]$/.test(node.parent.parent.parent.moduleSpecifier.getText(tree))
    const loads = ts.isIdentifier(node) && node.text === 'loadEnvFile'
    if ((reads || imports || loads) && name !== 'config.ts') {
      faults.push(`reads the environment in line ${lineOf(node, tree)}; config.ts alone does`)
    }
  })
  return faults
}

const world = [
  'process', 'console', 'performance', 'fetch', 'crypto', 'globalThis', 'setTimeout', 'setInterval',
  'setImmediate'
]

const impure: Array<[(node: ts.Node) => boolean, string]> = [
  [node => ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length,
    'reads the clock'],
  [node => ts.isCallExpression(node) && node.expression.getText() === 'Date', 'reads the clock'],
  [node => ts.isPropertyAccessExpression(node) && /^(Date\.now|Math\.random)$/.test(node.getText()),
    'is not pure'],
  [node => ts.isIdentifier(node) && world.includes(node.text) && !isPropertyName(node), 'reaches the world'],
  [node => ts.isImportSpecifier(node) && !node.isTypeOnly &&
    node.parent.parent.parent.moduleSpecifier.getText().includes('node:crypto') &&
    !pureCrypto.includes((node.propertyName ?? node.name).text), 'imports more than digests'],
  [node => ts.isNamespaceImport(node) || ts.isAwaitExpression(node), 'is not a plain function of its input']
]

/** What in a file of protocol/ could give two answers to one question. */
export const findImpurities = ({ name, tree }: SourceFile): string[] => {
  if (unitOf(name) !== 'protocol') return []
  const faults: string[] = []
  walk(tree, node => {
    for (const [matches, sentence] of impure) {
      if (!matches(node)) continue
      faults.push(`${sentence} in line ${lineOf(node, tree)}: ${node.getText(tree).slice(0, 60)}`)
    }
  })
  return faults
}

function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node
  return (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    ((ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) && parent.name === node)
}

function lineOf(node: ts.Node, tree: ts.SourceFile): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1
}
