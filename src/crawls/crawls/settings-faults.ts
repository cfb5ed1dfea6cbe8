import type { CrawlSettings } from '../../contract/crawl-settings'
import { selectorProblem } from '../html/extract'
import { patternFaults } from '../scope/patterns'
import { readUrl } from '../urls/read-url'

export interface SettingsFault {
  path: (string | number)[]
  message: string
}

/** What the schema of settings cannot see. */
export function settingsFaults({ seeds, sitemap_urls, scope, extract }: CrawlSettings): SettingsFault[] {
  const faults: SettingsFault[] = []
  for (const [field, urls] of Object.entries({ seeds, sitemap_urls }))
    for (const [i, url] of urls.entries())
      if (!readUrl(url, undefined, { stripTracking: false }))
        faults.push({ path: [field, i], message: 'must be a URL that begins with http:// or https://' })
  for (const { path, message } of patternFaults(scope)) faults.push({ path: path.split('.'), message })
  const names = new Set<string>()
  for (const [i, { name, selector }] of extract.entries()) {
    const problem = selectorProblem(selector)
    if (problem) faults.push({ path: ['extract', i, 'selector'], message: problem })
    if (names.has(name)) faults.push({ path: ['extract', i, 'name'], message: 'is given twice' })
    names.add(name)
  }
  return faults
}
