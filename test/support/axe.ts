import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const standards = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe-core finds wrong with a page, one line to a fault. Its script comes in past the page's policy, as a debugger's does. */
export async function findBarriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const results = await page.evaluate(async tags => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } }
    return axe.run({ runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })
  }, standards)
  return results.violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 200)}`))
}
