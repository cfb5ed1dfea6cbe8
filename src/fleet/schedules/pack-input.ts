import { badRequest, type Fault } from '../../base/errors'
import { type PackChange, type PackQueryInput, packQueryInput } from '../../contract/packs'
import { packSkippedBecause, skippedBecause } from './agent-names'
import { AGENTS_KNOW, agentPlatforms } from './agent-platforms'
import type { PackContent, StoredQuery } from './pack'

/**
 * Refuses names and platforms that agents would silently skip.
 * @throws Problem 400 that names every fault
 */
export function requireRunnable({ name, queries = [] }: PackChange): void {
  const faults = [
    ...faultAt('body.name', name && packSkippedBecause(name)),
    ...queries.flatMap(({ name, platform }, i) => [
      ...faultAt(`body.queries.${i}.name`, skippedBecause(name)),
      ...faultAt(`body.queries.${i}.platform`, platform && platformProblem(platform)),
    ]),
  ]
  if (faults.length) throw badRequest(faults)
}

const faultAt = (path: string, message: string | null | undefined): Fault[] => (message ? [{ path, message }] : [])

function platformProblem(text: string): string | undefined {
  const [first] = agentPlatforms(text).unknown
  if (!first) return undefined
  const hint = first.instead ? `write "${first.instead}" instead` : AGENTS_KNOW
  return `Agents do not know the platform "${first.name}" and would not run this there: ${hint}`
}

/** The pack's content after a change: omitted fields stay, null removes a field. */
export function changedContent(content: PackContent, change: PackChange): PackContent {
  const { queries, discovery, shard, version } = change
  const changed = { ...content, ...givenFields({ discovery, shard, version }) }
  if (queries) changed.queries = Object.fromEntries(queries.map(each => [each.name, toContent(each, content)]))
  return changed
}

/** A query in osquery's format. Fields that only an import can set are kept if the name stays the same. */
function toContent({ name, sql, interval_seconds, platform, ...more }: PackQueryInput, { queries }: PackContent) {
  const before = Object.hasOwn(queries, name) ? queries[name] : undefined
  const { query: _, interval: __, ...rest } = before ?? {}
  const imported = Object.entries(rest).filter(([key]) => !KNOWN.has(key))
  const understood = platform && agentPlatforms(platform).platform
  const set = Object.entries({ platform: understood, ...more }).filter(
    ([, value]) => value !== null && value !== undefined,
  )
  const content: StoredQuery = { query: sql, interval: interval_seconds, ...Object.fromEntries([...set, ...imported]) }
  return content
}

const KNOWN: ReadonlySet<string> = new Set(Object.keys(packQueryInput.shape))

/** Null becomes undefined, which JSON leaves out. */
const givenFields = (values: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value ?? undefined]])),
  )
