import { renderToString } from 'preact-render-to-string'
import type { Palette } from './palette.ts'

/** For the browser's tab where there is no logo: the first letter of the name on the brand's colour. */
export function renderIcon(name: string, { light: { fill, onFill } }: Palette): string {
  const [letter = ''] = [...name.trim()]
  return renderToString(
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
      <rect width="32" height="32" rx="8" fill={fill} />
      <text x="16" y="23" font-family="system-ui, sans-serif" font-size="20" font-weight="700" text-anchor="middle" fill={onFill}>
        {letter.toUpperCase()}
      </text>
    </svg>
  )
}
