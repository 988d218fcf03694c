/** How far apart two colours are, as WCAG 2.2 measures it. Colours are written `#rrggbb`. */

export type Color = `#${string}`

type Channels = [red: number, green: number, blue: number]

/** From 1 to 21. */
export function contrastOf(one: Color, other: Color): number {
  const [light, dark] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** The first colour on the way from one to another that is far enough from every ground; the other end if none is. */
export function moveUntilContrast(color: Color, towards: Color, [least, ...grounds]: [number, ...Color[]]): Color {
  for (let share = 0; share < 1; share += 0.02) {
    const mixed = mix(color, towards, share)
    if (grounds.every(ground => contrastOf(mixed, ground) >= least)) return mixed
  }
  return towards
}

export function mix(one: Color, other: Color, share: number): Color {
  const [from, to] = [channelsOf(one), channelsOf(other)]
  const mixed = from.map((value, at) => Math.round(value + (to[at]! - value) * share))
  return `#${mixed.map(value => value.toString(16).padStart(2, '0')).join('')}`
}

/** WCAG 2.2, relative luminance. */
function luminanceOf(color: Color): number {
  const [red, green, blue] = channelsOf(color).map(value => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as Channels
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const channelsOf = (color: Color): Channels => [1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16)) as Channels
