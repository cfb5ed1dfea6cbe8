import { isObject } from './loose-values'

/** Parts of an osquery configuration that are not served to agents (docs/wiki/deployment/configuration.md of osquery). */
const SECTIONS: ReadonlyMap<string, string> = new Map([
  ['options', 'Set options in the flags file of the agents'],
  ['decorators', 'Tailrace sends decorators of its own'],
  ['file_paths', 'Files are not watched by configuration'],
  ['file_paths_query', 'Files are not watched by configuration'],
  ['exclude_paths', 'Files are not watched by configuration'],
  ['file_accesses', 'Files are not watched by configuration'],
  ['events', 'Events are not chosen by configuration'],
  ['auto_table_construction', 'Tables are not made by configuration'],
  ['views', 'Views are not made by configuration'],
  ['yara', 'YARA signatures are not sent'],
  ['feature_vectors', 'Feature vectors are not sent'],
  ['prometheus_targets', 'Prometheus targets are not sent'],
])

/** Names that a message lists. */
const NAMES_MAX = 20

/** Whether nothing is lost without it. */
export function isEmptySection(content: unknown): boolean {
  if (content == null) return true
  return typeof content === 'object' && Object.keys(content).length === 0
}

/** What is said of a part of a configuration that was not imported, with the names of what it holds. */
export function leftOut(section: string, content: unknown): string {
  const known = SECTIONS.get(section)
  if (!known) return `Tailrace does not know the section "${section}" and does not serve it${namesIn(content)}.`
  return `The section "${section}" is not served to agents and was left out${namesIn(content)}. ${known}.`
}

function namesIn(content: unknown): string {
  if (!isObject(content)) return ''
  const names = Object.keys(content)
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : ''
  return `: ${names.slice(0, NAMES_MAX).join(', ')}${more}`
}
