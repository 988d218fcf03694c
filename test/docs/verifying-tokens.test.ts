import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import ts from 'typescript'
import { statusOf, type VerifierErrorCode } from '../../src/verifier/errors.ts'
import { codeSpans, readPage, root, sectionOf, tableRows } from './read-page.ts'

/** The page is the library's manual: what it lists is what there is. */

const page = readPage('docs/verifying-tokens.md')
const namesIn = (title: string) => tableRows(sectionOf(page, title)).flatMap(([cell]) => codeSpans(cell!))

/** The members of the interfaces in a file, as the options are written: `jwks.cooldown` for a member of another interface. */
function membersOf(file: string, name: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(path.join(root, 'src/verifier', file), 'utf8'), ts.ScriptTarget.Latest, true)
  const interfaces = new Map(source.statements.filter(ts.isInterfaceDeclaration).map(each => [each.name.text, each]))
  const list = (of: string, prefix: string): string[] => {
    const declared = interfaces.get(of)!
    const inherited = (declared.heritageClauses ?? []).flatMap(({ types }) => types.map(type => /\w+(?=>?$)/.exec(type.getText())![0]))
    return [...inherited.flatMap(each => interfaces.has(each) ? list(each, prefix) : []), ...declared.members.filter(ts.isPropertySignature).flatMap(member => {
      const type = member.type!.getText()
      const own = prefix + member.name.getText()
      return interfaces.has(type) && type.endsWith('Options') ? list(type, `${own}.`) : [own]
    })]
  }
  return list(name, '')
}

const sorted = (names: Iterable<string>) => [...new Set(names)].sort()

t.test('docs/verifying-tokens.md lists every option of the verifier, and no other', async t => {
  t.strictSame(sorted(namesIn('The verifier')), sorted(membersOf('options.ts', 'VerifierOptions')))
})

t.test('it lists every option of the ways to learn of revocations', async t => {
  const modes = ['FeedOptions', 'StatusListOptions', 'LookupOptions', 'NoRevocationOptions']
  const there = modes.flatMap(name => membersOf('revocation/revocation-options.ts', name)).map(name => `revocation.${name}`)
  const told = namesIn('Revocation')
  t.strictSame(sorted(told.filter(name => name.startsWith('revocation.'))), sorted(there))
  t.strictSame(told.filter(name => !name.startsWith('revocation.')), ['feed', 'status-list', 'lookup', 'none'])
})

t.test('it lists what can be asked of a token, and every option of the adapters', async t => {
  const request = membersOf('verifier.ts', 'PresentedRequest').map(name => `request.${name}`)
  t.strictSame(sorted(namesIn('`verify`')), sorted([...membersOf('verifier.ts', 'VerifyOptions'), ...request]))
  const guards = [...membersOf('adapters/guard-options.ts', 'GuardOptions'), 'onRefusal']
  t.strictSame(sorted(namesIn('Adapters')), sorted([...guards, 'scope', 'acrValues', 'maxAge', 'whenStale']))
})

t.test('it explains every code with its status', async t => {
  const rows = tableRows(sectionOf(page, 'Errors')).map(([code, status]) => [codeSpans(code!)[0], Number(status)])
  t.strictSame(Object.fromEntries(rows) as Record<VerifierErrorCode, number>, { ...statusOf })
})

/** Every option and what stands about it, from the types that an editor shows. */
function docstringsOf(file: string): Array<{ name: string; isOptional: boolean; text: string }> {
  const source = ts.createSourceFile(file, readFileSync(path.join(root, 'src/verifier', file), 'utf8'), ts.ScriptTarget.Latest, true)
  return source.statements.filter(ts.isInterfaceDeclaration).filter(({ name }) => /^(?!Settled)\w*(Options|LookupTiming|ServiceClient)$/.test(name.text))
    .flatMap(({ members }) => members.filter(ts.isPropertySignature).map(member => ({
      name: member.name.getText(), isOptional: member.questionToken !== undefined && !/^\w+Options$/.test(member.type!.getText()),
      text: ts.getJSDocCommentsAndTags(member).map(each => each.getText()).join()
    })))
}

t.test('the types say of each option what is wrong when it is, and what is meant without it', async t => {
  for (const file of ['options.ts', 'revocation/revocation-options.ts', 'verifier.ts', 'adapters/guard-options.ts']) {
    const options = docstringsOf(file).filter(({ name }) => !['jwks', 'cache', 'dpop', 'mode'].includes(name))
    t.ok(options.length > 0)
    t.strictSame(options.filter(({ text }) => !text.includes('TypeError')).map(({ name }) => name), [], `${file}: errors`)
    t.strictSame(options.filter(({ isOptional, text }) => isOptional && !text.includes('@default')).map(({ name }) => name), [], `${file}: defaults`)
  }
})
