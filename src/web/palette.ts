import { contrastOf, mix, moveUntilContrast, type Color } from './contrast.ts'

/** The colours of a page, made of the operator's one colour so that all text reaches WCAG AA whatever that colour is. */
export interface Palette {
  light: Shades
  dark: Shades
}

export interface Shades {
  /** Behind the card, and the card. */
  ground: Color
  card: Color
  text: Color
  muted: Color
  /** Lines round fields, which have to be seen to be found (WCAG 1.4.11). */
  line: Color
  /** The brand's colour as a surface, what is written on it, its edge, and the surface under the pointer. */
  fill: Color
  onFill: Color
  fillEdge: Color
  fillHover: Color
  /** The brand's colour as text and as the ring round what has the focus. */
  accent: Color
  danger: Color
  dangerGround: Color
  warning: Color
  warningGround: Color
}

const black = '#000000'
const white = '#ffffff'

const lightBase = {
  ground: '#f4f5f7', card: white, text: '#1b1f27', muted: '#59606d', line: '#878e9b',
  danger: '#a11222', dangerGround: '#fdeeee', warning: '#5f4300', warningGround: '#fdf4dc'
} as const

const darkBase = {
  ground: '#101318', card: '#191d24', text: '#e8eaef', muted: '#a4abb8', line: '#6f7785',
  danger: '#ffb3ae', dangerGround: '#3a1a1c', warning: '#f6d98b', warningGround: '#352b13'
} as const

export function derivePalette(brand: string): Palette {
  const color = brand.toLowerCase() as Color
  return { light: { ...lightBase, ...shadesOf(color, lightBase, black) }, dark: { ...darkBase, ...shadesOf(color, darkBase, white) } }
}

interface Grounds {
  ground: Color
  card: Color
}

/** @param away the end of the scale that stands out from the card */
function shadesOf(color: Color, { ground, card }: Grounds, away: Color): Omit<Shades, keyof typeof lightBase> {
  // Near enough to what the operator chose: it is the edge that has to be told from the card.
  const fill = moveUntilContrast(color, away, [1.2, card])
  // One of the two reaches 4.5 on any colour.
  const onFill = contrastOf(white, fill) >= 4.5 ? white : black
  return {
    fill,
    onFill,
    fillEdge: moveUntilContrast(color, away, [3, card]),
    fillHover: mix(fill, onFill === white ? black : white, 0.14),
    // Above the least that is asked for, so that a tint of the browser's does not take it below.
    accent: moveUntilContrast(color, away, [5.5, card, ground])
  }
}
