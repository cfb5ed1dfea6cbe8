import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

interface Axe {
  run(options: object): Promise<{ violations: Violation[] }>
}

/** The fields of axe-core's violations that this reads. */
interface Violation {
  id: string
  impact: string
  help: string
  nodes: Array<{ html: string; failureSummary: string }>
}

/** Serious and critical violations of all rules of accessibility or of some, with the element and a summary. */
export async function violationsIn(page: Page, runOnly?: string[]): Promise<string[]> {
  // not as a script element, which the content security policy would block
  if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(AXE)
  // `region` looks at each element, for violations that are moderate
  const rules = { region: { enabled: false } }
  const options = { resultTypes: ['violations'], rules, ...(runOnly && { runOnly }) }
  const { violations } = await page.evaluate(given => (globalThis as unknown as { axe: Axe }).axe.run(given), options)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`))
}
