import type { Palette, Shades } from './palette.ts'

/** The one stylesheet, with the brand's colours as custom properties. System fonts, no images: it needs nothing else. */
export function renderStylesheet({ light, dark }: Palette): string {
  return `:root{color-scheme:light dark;${declare(light)}}\n` +
    `@media (prefers-color-scheme:dark){:root{${declare(dark)}}}\n${rules}`
}

const declare = (shades: Shades): string =>
  Object.entries(shades).map(([name, color]) => `--${name.replace(/[A-Z]/g, sign => `-${sign.toLowerCase()}`)}:${color}`).join(';')

const page = `
*, *::before, *::after { box-sizing: border-box }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; padding: 2rem 1rem;
  display: flex; flex-direction: column; align-items: center; justify-content: center; gap: 1.5rem;
  background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif;
  overflow-wrap: anywhere;
}
.brand { font-size: 1.0625rem; font-weight: 650; letter-spacing: -.005em; text-align: center; max-width: 26rem }
.brand .name { display: flex; align-items: center; gap: .625rem }
.brand .name img { width: 1.75rem; height: 1.75rem; flex: none }
.brand > img { display: block; height: 3rem; max-width: 16rem; object-fit: contain }
.card {
  width: 100%; max-width: 26rem; padding: 2.25rem 2rem; background: var(--card); border-radius: 1rem;
  border: 1px solid color-mix(in srgb, var(--line) 30%, transparent);
  box-shadow: 0 1px 2px rgb(0 0 0 / .05), 0 12px 32px -12px rgb(0 0 0 / .12);
}
.wide { justify-content: flex-start }
.wide .card { max-width: 54rem }
.card > :last-child { margin-bottom: 0 }
`

const text = `
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; font-weight: 680; letter-spacing: -.015em; text-wrap: balance }
h2 { margin: 2.5rem 0 1rem; font-size: 1.1875rem; line-height: 1.3 }
h3 { margin: 0 0 .5rem; font-size: 1.0625rem }
h3 code { font-weight: 700 }
h4 { margin: 1rem 0 .25rem; font-size: .875rem; color: var(--muted) }
p { margin: 0 0 1rem }
.lead { color: var(--muted); margin-bottom: 1.5rem }
.note { color: var(--muted); font-size: .875rem; font-weight: 400 }
a { color: var(--accent); text-underline-offset: .2em }
code { font: .9em/1.5 ui-monospace, 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace }
ul { margin: 0 0 1.5rem; padding: 0; list-style: none }
.fault, .warning { margin: 0 0 1.5rem; padding: .75rem 1rem; border-radius: .625rem; border: 1px solid }
.fault { color: var(--danger); background: var(--danger-ground); border-color: color-mix(in srgb, var(--danger) 35%, transparent) }
.warning { color: var(--warning); background: var(--warning-ground); border-color: color-mix(in srgb, var(--warning) 35%, transparent) }
h1 + .warning { margin-top: 1.25rem }
.warning p { margin: .25rem 0 0; font-size: .9375rem }
.scopes { border-block: 1px solid color-mix(in srgb, var(--line) 30%, transparent); padding: .5rem 0 }
.scopes li { position: relative; padding: .375rem 0 .375rem 1.75rem }
.scopes li::before {
  content: ''; position: absolute; left: .375rem; top: .75rem; width: .375rem; height: .75rem;
  border: solid var(--accent); border-width: 0 .125rem .125rem 0; transform: rotate(42deg);
}
.account { margin-top: 1.5rem; padding-top: 1.25rem; border-top: 1px solid color-mix(in srgb, var(--line) 30%, transparent) }
.account p { margin: 0; font-size: .9375rem }
.account form { margin-top: .25rem }
.account .quiet { width: auto; padding-inline: 0; text-align: left }
.links { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 1rem 0 0; font-size: .875rem }
.links a { display: inline-block; padding-block: .25rem }
.technical { margin-top: 2rem; padding-top: 1.25rem; border-top: 1px solid color-mix(in srgb, var(--line) 30%, transparent); font-size: .875rem }
.technical h2 { margin: 0 0 .75rem; font-size: .875rem; font-weight: 600; color: var(--muted) }
.technical dl { margin: 0; display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem }
.technical dt { color: var(--muted) }
dd { margin: 0 }
.contents { columns: 16rem; column-gap: 2rem; margin-bottom: 1rem }
.contents a { display: inline-block; padding-block: .25rem }
.route { padding: 1.25rem 0; border-top: 1px solid color-mix(in srgb, var(--line) 30%, transparent); scroll-margin-top: 1rem }
.members { margin: 0 }
.members > div { padding: .3125rem 0; font-size: .9375rem }
.members strong { font-size: .8125rem; font-weight: 600; color: var(--accent) }
`

const controls = `
form { margin: 0 }
form + form { margin-top: .75rem }
label { display: block; margin-bottom: .375rem; font-size: .9375rem; font-weight: 560 }
input:not([type=hidden]) {
  display: block; width: 100%; min-height: 2.875rem; margin-bottom: 1.25rem; padding: .5rem .875rem;
  font: inherit; color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: .625rem;
}
input[aria-invalid=true] { border-color: var(--danger) }
button, a.primary {
  display: block; width: 100%; min-height: 2.875rem; padding: .625rem 1.25rem; border: 1px solid transparent; border-radius: .625rem;
  font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; overflow-wrap: anywhere;
}
.primary { background: var(--fill); color: var(--on-fill); border-color: var(--fill-edge) }
.primary:hover { background: var(--fill-hover) }
.secondary { margin-top: .75rem; background: transparent; color: var(--text); border-color: var(--line) }
.secondary:hover { background: var(--ground) }
.quiet { background: transparent; color: var(--accent); font-weight: 500 }
.quiet:hover { text-decoration: underline; text-underline-offset: .2em }
.note { margin-top: 1.25rem }
dt .note { margin: 0 }
.card > form:last-child .quiet { margin-bottom: -.75rem }
:focus-visible { outline: .1875rem solid var(--accent); outline-offset: .125rem }
input:focus-visible { outline-offset: -.0625rem; border-color: var(--accent) }
@media (max-width: 30rem) {
  body { padding: 1.25rem .75rem; justify-content: flex-start }
  .card { padding: 1.5rem 1.25rem; border-radius: .875rem }
}
@media (min-width: 48rem) {
  .members > div { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: 1.5rem }
}
`

const rules = `${page}${text}${controls}`
