import { isObject } from './lenient-values'

/**
 * Parts of an osquery configuration that are not served to agents (docs/wiki/deployment/configuration.md of osquery).
 */
const SECTIONS: ReadonlyMap<string, string> = new Map([
  ['options', 'Set options in the flag file of the agents'],
  ['decorators', 'Tailrace sends decorators of its own'],
  ['file_paths', 'Tailrace does not configure file monitoring yet'],
  ['file_paths_query', 'Tailrace does not configure file monitoring yet'],
  ['exclude_paths', 'Tailrace does not configure file monitoring yet'],
  ['file_accesses', 'Tailrace does not configure file monitoring yet'],
  ['events', 'Tailrace does not choose event publishers yet'],
  ['auto_table_construction', 'Tailrace does not configure tables yet'],
  ['views', 'Tailrace does not define views yet'],
  ['yara', 'Tailrace does not send YARA signatures yet'],
  ['feature_vectors', 'Tailrace does not send feature vectors yet'],
  ['prometheus_targets', 'Tailrace does not send Prometheus targets yet'],
])

/** Max names in a message. */
const NAMES_MAX = 20

/** Whether a section can be left out without a warning. */
export function isEmptySection(content: unknown): boolean {
  if (content == null) return true
  return typeof content === 'object' && Object.keys(content).length === 0
}

/** The warning for a section of a configuration that was not imported, with the names in it. */
export function leftOut(section: string, content: unknown): string {
  const known = SECTIONS.get(section)
  if (!known) return `The section "${section}" is unknown and was left out${namesIn(content)}.`
  return `The section "${section}" is not served to agents and was left out${namesIn(content)}. ${known}.`
}

function namesIn(content: unknown): string {
  if (!isObject(content)) return ''
  const names = Object.keys(content)
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : ''
  return `: ${names.slice(0, NAMES_MAX).join(', ')}${more}`
}
