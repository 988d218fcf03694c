import { sha256Text } from '../protocol/sha256.ts'
import { locales, type Brand, type Locale } from '../web/page-context.ts'
import { derivePalette } from '../web/palette.ts'
import { renderIcon } from '../web/render-icon.tsx'
import { renderStylesheet } from '../web/stylesheet.ts'
import { submitScript } from '../web/submit-script.ts'
import { issuerPath } from './routes/discovery.ts'
import { loadLogo } from './load-logo.ts'

/** The brand of this installation and the files that carry it: made once, at the start. */
export interface Pages {
  brand: Brand
  /** The path of the issuer's URL, '' for none. */
  base: string
  files: readonly PageFile[]
  /** The languages they speak. */
  locales: readonly Locale[]
}

export interface PageFile {
  /** Under the issuer's path. */
  path: string
  type: string
  body: Buffer
  /** Of the content; the pages name the file with it. */
  version: string
}

export interface PagesOptions {
  issuer: string
  brandName: string
  brandColor: string
  brandLogoFile: string | undefined
}

/** @throws Error with a sentence for the operator when the logo is not what it should be */
export function createPages({ issuer, brandName, brandColor, brandLogoFile }: PagesOptions): Pages {
  const palette = derivePalette(brandColor)
  const stylesheet = makeFile('/ui/style.css', 'text/css; charset=utf-8', renderStylesheet(palette))
  const script = makeFile('/ui/submit.js', 'text/javascript; charset=utf-8', submitScript)
  const icon = makeFile('/ui/icon', 'image/svg+xml', renderIcon(brandName, palette))
  const logo = brandLogoFile === undefined ? undefined : loadLogo(brandLogoFile)
  const logoFile = logo && makeFile('/ui/logo', logo.type, logo.body)
  return {
    base: issuerPath(issuer),
    locales,
    files: [stylesheet, script, icon, ...(logoFile ? [logoFile] : [])],
    brand: {
      name: brandName,
      stylesheet: addressOf(stylesheet),
      submitScript: addressOf(script),
      icon: addressOf(logoFile ?? icon),
      logo: logoFile && addressOf(logoFile)
    }
  }
}

function makeFile(path: string, type: string, content: string | Buffer): PageFile {
  const body = Buffer.from(content as string)
  return { path, type, body, version: sha256Text(body).slice(0, 16) }
}

const addressOf = ({ path, version }: PageFile): string => `${path}?v=${version}`
