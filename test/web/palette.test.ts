import fc from 'fast-check'
import t from 'tap'
import { contrastOf, mix, moveUntilContrast } from '../../src/web/contrast.ts'
import { derivePalette, type Shades } from '../../src/web/palette.ts'

const colors = fc.integer({ min: 0, max: 0xffffff }).map(value => `#${value.toString(16).padStart(6, '0')}`)

t.test('contrast is measured as WCAG has it', async t => {
  t.equal(contrastOf('#000000', '#ffffff'), 21)
  t.equal(contrastOf('#ffffff', '#ffffff'), 1)
  // The example that is quoted everywhere: the lightest grey that passes on white, and one step too light.
  t.ok(contrastOf('#767676', '#ffffff') >= 4.5)
  t.ok(contrastOf('#777777', '#ffffff') < 4.5)
  t.equal(contrastOf('#0000ff', '#ffffff').toFixed(2), '8.59')
  t.equal(contrastOf('#123456', '#fedcba'), contrastOf('#fedcba', '#123456'), 'whichever comes first')
})

t.test('a colour moves no further than it must', async t => {
  t.equal(mix('#000000', '#ffffff', 0.5), '#808080')
  t.equal(moveUntilContrast('#2b4c9b', '#000000', [4.5, '#ffffff']), '#2b4c9b', 'not at all where it is far enough')
  t.ok(contrastOf(moveUntilContrast('#ffee00', '#000000', [4.5, '#ffffff']), '#ffffff') < 5)
  t.equal(moveUntilContrast('#ffffff', '#000000', [22, '#ffffff']), '#000000', 'to the end where nothing is')
})

t.test('whatever the brand\'s colour is, all text reaches AA on its ground, in light and dark', async t => {
  fc.assert(fc.property(colors, color => {
    const { light, dark } = derivePalette(color)
    return [light, dark].every(shades => findFaint(shades).length === 0)
  }), { numRuns: 2000, examples: [['#000000'], ['#ffffff'], ['#ffff00'], ['#777777'], ['#2b4c9b']] })
  t.same(findFaint(derivePalette('#FFEE00').light), [], 'in capitals too')
})

t.test('a colour that can be read is taken as it is', async t => {
  t.equal(derivePalette('#2b4c9b').light.fill, '#2b4c9b')
  t.equal(derivePalette('#2b4c9b').light.accent, '#2b4c9b')
  t.equal(derivePalette('#ffd000').dark.fill, '#ffd000')
  t.equal(derivePalette('#ffe600').light.fill, '#ffe600', 'a light one keeps its place behind black')
  t.not(derivePalette('#ffe600').light.accent, '#ffe600', 'but is no colour to write with')
})

function findFaint(shades: Shades): string[] {
  const text: Array<[keyof Shades, keyof Shades, number]> = [
    ['text', 'card', 4.5], ['text', 'ground', 4.5], ['muted', 'card', 4.5], ['muted', 'ground', 4.5], ['accent', 'card', 4.5],
    ['accent', 'ground', 4.5], ['onFill', 'fill', 4.5], ['onFill', 'fillHover', 4.5], ['danger', 'dangerGround', 4.5],
    ['warning', 'warningGround', 4.5],
    // What is no text: the edge of a field, of a button, the ring of the focus (WCAG 1.4.11).
    ['line', 'card', 3], ['fillEdge', 'card', 3], ['danger', 'card', 3]
  ]
  return text.filter(([front, back, least]) => contrastOf(shades[front], shades[back]) < least).map(pair => pair.join(' on '))
}
