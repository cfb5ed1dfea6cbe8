import type { RequestOf, RouteAt } from '../../src/contract/api'
import type { CrawlSettings } from '../../src/contract/crawl-settings'
import { type CrawlField, fieldText, HOW_FAR, MORE_LIMITS, numberIn } from './fields'

type ChangeBody = RequestOf<RouteAt<'patch', '/api/crawls/{id}'>>['body']

/** What can be changed while a crawl runs. */
const CHANGEABLE = [
  ...['limits.pages', 'limits.depth', 'limits.bytes', 'limits.seconds'],
  ...['politeness.delay_ms', 'politeness.concurrency'],
]
export const LIMIT_FIELDS: readonly CrawlField[] = [...HOW_FAR, ...MORE_LIMITS].filter(({ name }) =>
  CHANGEABLE.includes(name),
)

type Texts = Readonly<Record<string, string>>

/** What the dialog starts with. */
export const limitTexts = (settings: CrawlSettings): Texts =>
  Object.fromEntries(LIMIT_FIELDS.map(field => [field.name, fieldText(field, settings)]))

/** What differs from the settings; null if nothing does. */
export function limitChange(texts: Texts, settings: CrawlSettings): ChangeBody | null {
  const known = limitTexts(settings)
  const changed = LIMIT_FIELDS.filter(({ name }) => texts[name]?.trim() && texts[name] !== known[name])
  const within = (part: string) =>
    Object.fromEntries(
      changed
        .filter(({ name }) => name.startsWith(`${part}.`))
        .map(field => [field.name.slice(part.length + 1), numberIn(field, texts[field.name] ?? '')]),
    )
  const [limits, politeness] = [within('limits'), within('politeness')]
  if (changed.length === 0) return null
  return {
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(Object.keys(politeness).length > 0 && { politeness }),
  }
}
