import { plainText, reason, visibleText } from '../../access'
import { z } from '../../base/parse'
import { freeText, platformList, sqlText } from '../statement-input'
import { packSkippedBecause, skippedBecause } from './agent-names'
import { AGENTS_KNOW, agentPlatforms } from './agent-platforms'
import { INTERVAL_SECONDS_MAX, NAME_MAX, type PackContent, type PackQuery } from './pack'

const percent = z.number().int().min(0).max(100)

/** What `why` finds in a text is said of it. */
const checked = (why: (text: string) => string | undefined) =>
  visibleText(NAME_MAX).superRefine((text, ctx) => {
    const message = why(text)
    if (message) ctx.addIssue({ code: 'custom', message })
  })

const packName = checked(packSkippedBecause)

const queryPlatform = checked(text => {
  const [first] = agentPlatforms(text).foreign
  if (!first) return undefined
  const hint = first.instead ? `write "${first.instead}" instead` : AGENTS_KNOW
  return `Agents do not know the platform "${first.name}" and would not run this there: ${hint}`
}).transform(text => agentPlatforms(text).platform ?? null)

const queryInput = z.strictObject({
  name: checked(skippedBecause),
  sql: sqlText,
  interval_seconds: z.number().int().min(1).max(INTERVAL_SECONDS_MAX),
  snapshot: z.boolean().nullish(),
  removed: z.boolean().nullish(),
  platform: queryPlatform.nullish(),
  version: plainText(50).nullish(),
  shard: percent.nullish(),
  denylist: z.boolean().nullish(),
  description: freeText(10_000).nullish(),
})
type QueryInput = z.output<typeof queryInput>

const queries = z
  .array(queryInput)
  .max(1_000)
  .refine(list => new Set(list.map(({ name }) => name)).size === list.length, 'Two queries have the same name.')

const fields = {
  description: freeText(10_000).optional(),
  enabled: z.boolean().optional(),
  platforms: platformList.optional(),
  labels: z.array(plainText(200)).max(50).optional(),
  discovery: z.array(sqlText).max(20).optional(),
  shard: percent.nullish(),
  version: plainText(50).nullish(),
  reason: reason.optional(),
}

export const packInput = z.strictObject({ ...fields, name: packName, queries: queries.default([]) })
export const packChange = z.strictObject({ ...fields, name: packName.optional(), queries: queries.optional() })
type PackChange = z.output<typeof packChange>

/** The pack's content after a change; what is not named stays, null takes away. */
export function changedContent(content: PackContent, change: PackChange): PackContent {
  const { queries, discovery, shard, version } = change
  const changed = { ...content, ...given({ discovery, shard, version }) }
  if (queries) changed.queries = Object.fromEntries(queries.map(each => [each.name, toContent(each, content)]))
  return changed
}

/** In osquery's words; what an import has brought besides stays with a query of the same name. */
function toContent({ name, sql, interval_seconds, ...more }: QueryInput, { queries }: PackContent): PackQuery {
  const before = Object.hasOwn(queries, name) ? queries[name] : undefined
  const { query: _, interval: __, ...rest } = before ?? {}
  const told = Object.fromEntries(Object.entries(rest).filter(([key]) => !KNOWN.has(key)))
  const set = Object.entries(more).filter(([, value]) => value !== null && value !== undefined)
  return { query: sql, interval: interval_seconds, ...Object.fromEntries(set), ...told }
}

const KNOWN: ReadonlySet<string> = new Set(Object.keys(queryInput.shape))

/** Null becomes undefined, which JSON leaves out. */
const given = (values: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value ?? undefined]])),
  )
