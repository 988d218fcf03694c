import t from 'tap'
import { isReservedScope, isSubset, parseScope } from '../../src/protocol/scope.ts'

t.test('a scope is distinct tokens between single spaces', async t => {
  t.strictSame(parseScope('read write read'), ['read', 'write'])
  t.strictSame(parseScope('https://x.example/a:b!#[]~'), ['https://x.example/a:b!#[]~'])
  for (const text of ['', ' ', ' a', 'a ', 'a  b', 'a\tb', 'a"b', 'a\\b', 'ä', 'a\0', 'a\nb']) t.equal(parseScope(text), undefined, text)
})

t.test('scopes are compared whole', async t => {
  t.ok(isSubset([], []))
  t.ok(isSubset(['a'], ['b', 'a']))
  for (const wider of [['c'], ['a', 'c'], ['A'], ['a b'], ['']]) t.notOk(isSubset(wider, ['a', 'b', 'ab']), wider.join())
})

t.test('scopes that manage Countersign are reserved', async t => {
  for (const scope of ['revocations:read', 'revocations:write', 'revocations:', 'countersign:admin']) t.ok(isReservedScope(scope), scope)
  for (const scope of ['revocations', 'read', 'my-revocations:read']) t.notOk(isReservedScope(scope), scope)
})
