import t from 'tap'
import { isHeldAlready } from '../../src/protocol/if-none-match.ts'

t.test('what is held already is told by a tag, weak or not, by one of several, or by a star', async t => {
  const held = [
    '"a,b"', 'W/"a,b"', '"x", "a,b"', '"x",W/"a,b"', '"x" , "a,b" , "y"', ', ,"a,b",,', '\t"a,b"\t', '"", "a,b"', '*', ' * '
  ]
  for (const header of held) t.equal(isHeldAlready(header, '"a,b"'), true, header)
})

t.test('another tag, or what is no list of tags, holds nothing', async t => {
  const other = [
    undefined, '', ',', '"a"', '"b"', 'a,b', '"a,b', 'a,b"', '"A,B"', 'w/"a,b"', 'W/ "a,b"', 'W/a,b', '"x" "a,b"', '"x"; "a,b"', '"a,b", x',
    '"a,b"x', '*, "x"', '**', '"*"', '\'a,b\'', '"W/a,b"', '"x"a,b"'
  ]
  for (const header of other) t.equal(isHeldAlready(header, '"a,b"'), false, String(header))
})

t.test('a header as long as one may be is read in no time', async t => {
  for (const piece of ['"', ',', ' ', '"x",', '"x" ', 'W/"', 'W/"x" ,']) {
    const startedAt = performance.now()
    t.equal(isHeldAlready(piece.repeat(16_384), '"a"'), false)
    t.ok(performance.now() - startedAt < 200, piece)
  }
})
