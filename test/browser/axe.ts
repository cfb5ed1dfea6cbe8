import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

interface Axe {
  run(context: object, options: object): Promise<{ violations: Violation[] }>
}

/** The fields of axe-core's violations that this reads. */
interface Violation {
  id: string
  impact: string
  help: string
  nodes: Array<{ html: string; failureSummary: string }>
}

interface Scope {
  /** Rules; default: all. */
  runOnly?: string[]
  /** Selectors of what is left out. */
  exclude?: string[]
}

/** Serious and critical violations of rules of accessibility, with the element and a summary. */
export async function violationsIn(page: Page, { runOnly, exclude = [] }: Scope = {}): Promise<string[]> {
  // not as a script element, which the content security policy would block
  if (await page.evaluate(() => !('axe' in globalThis))) await page.evaluate(AXE)
  // `region` looks at each element, for violations that are moderate
  const rules = { region: { enabled: false } }
  const options = {
    resultTypes: ['violations'],
    preload: false, // it would load all styles again, for rules about media
    ...(runOnly ? { runOnly } : { rules }),
  }
  return page.evaluate(seriousViolations, [{ include: ['html'], exclude }, options] as const)
}

/** Runs in the page, which sends only what is asked for: all that axe finds takes as long to send as to find. */
async function seriousViolations([context, options]: readonly [object, object]): Promise<string[]> {
  const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run(context, options)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`))
}
