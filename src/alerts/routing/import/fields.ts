import { messageOf } from '../../../base/errors'
import type { YamlNode } from '../../../base/yaml-tree'
import { DurationError, parseDuration } from '../../matching'
import type { Report } from './report'

/** A text of the file with its place. */
export type Text = { text: string } & Pick<YamlNode, 'path' | 'line'>

const YES = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const NO = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/

/**
 * The fields of a map in the file, read by the type each has in Alertmanager. What does not fit becomes a fault. A field
 * without a value counts as left out, as for Alertmanager.
 */
export class Fields {
  private readonly entries: ReadonlyMap<string, YamlNode>

  /** @param known all fields that there are; others are faults */
  constructor(
    readonly node: YamlNode,
    private readonly report: Report,
    known: readonly string[],
  ) {
    this.entries = node.kind === 'map' ? node.entries : new Map()
    if (node.kind === 'text' || node.kind === 'list') report.fault(node, 'This must be a map with named fields.')
    for (const [name, value] of this.entries)
      if (!known.includes(name)) report.fault(value, `There is no field ${JSON.stringify(name)} here.`)
  }

  /** Whether it has a value. */
  has(name: string): boolean {
    return this.get(name) !== undefined
  }

  get(name: string): YamlNode | undefined {
    const node = this.entries.get(name)
    return node?.kind === 'null' ? undefined : node
  }

  /** The place of a field, or of the map if it has none. */
  placeOf(name: string): YamlNode {
    return this.entries.get(name) ?? this.node
  }

  text(name: string): Text | undefined {
    const node = this.get(name)
    return node && textOf(node, this.report)
  }

  flag(name: string): boolean | undefined {
    const given = this.text(name)
    if (!given) return undefined
    if (YES.test(given.text)) return true
    if (!NO.test(given.text)) this.report.fault(given, `${JSON.stringify(given.text)} is neither true nor false.`)
    return false
  }

  /** Milliseconds. */
  duration(name: string): number | undefined {
    const given = this.text(name)
    if (!given) return undefined
    try {
      return parseDuration(given.text)
    } catch (error) {
      if (!(error instanceof DurationError)) throw error
      this.report.fault(given, `${messageOf(error)}. Durations are such as "90s" or "1h30m", without fractions.`)
      return undefined
    }
  }

  items(name: string): YamlNode[] {
    const node = this.get(name)
    if (!node) return []
    if (node.kind === 'list') return node.items
    this.report.fault(node, 'This must be a list.')
    return []
  }

  texts(name: string): Text[] {
    return this.items(name).flatMap(item => textOf(item, this.report) ?? [])
  }

  /** Texts by name. */
  textMap(name: string): [string, Text][] {
    const node = this.get(name)
    if (!node) return []
    if (node.kind === 'map')
      return [...node.entries].map(([key, value]) => [key, textOf(value, this.report) ?? { ...value, text: '' }])
    this.report.fault(node, 'This must be a map.')
    return []
  }

  /** Alertmanager refuses files that give both. */
  atMostOne(first: string, second: string): void {
    if (this.has(first) && this.has(second))
      this.report.fault(this.placeOf(second), `At most one of ${first} and ${second} can be set.`)
  }
}

function textOf(node: YamlNode, report: Report): Text | undefined {
  if (node.kind === 'text') return node
  if (node.kind === 'null') return { ...node, text: '' }
  report.fault(node, 'This must be a text.')
  return undefined
}
