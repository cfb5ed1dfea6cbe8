import type { Fault } from '../../base/errors'
import { ImportReport, type Path } from './import-report'
import { isObject, type Values } from './lenient-values'
import { type ImportedPack, PackReader } from './pack-reader'
import { readRelaxedJson } from './relaxed-json'
import { isEmptySection, leftOut } from './sections'

export interface Import {
  packs: ImportedPack[]
  /** If there are any, nothing is imported. */
  faults: Fault[]
  /** What was left out or changed. */
  warnings: Fault[]
}

/**
 * Reads a published pack, or a configuration with packs or a schedule. Warnings name what is not served to agents.
 * @param name the name for a pack without one: a file with a single pack, or a schedule
 */
export function importPacks(name: string, text: string): Import {
  const json = readRelaxedJson(text)
  if ('message' in json)
    return {
      packs: [],
      faults: [{ path: 'body.content', message: `Line ${json.line}: ${json.message}` }],
      warnings: [],
    }
  const report = new ImportReport(json)
  for (const path of json.repeated)
    report.warning(path, `"${path.at(-1)}" occurs more than once; the last one was used.`)
  const packs = new Importer(report).read(name, json.value)
  return { packs, faults: report.faults, warnings: report.warnings }
}

/** Stands in place of a pack's name for several packs by name (`Config::addPack` in osquery/config/config.cpp). */
const SEVERAL = '*'
/** Sections of a configuration that are not part of a pack next to them. */
const CONFIGURATION = ['schedule', 'packs']

class Importer {
  private readonly packs = new Map<string, ImportedPack>()
  private readonly reader: PackReader

  constructor(private readonly report: ImportReport) {
    this.reader = new PackReader(report)
  }

  read(name: string, value: unknown): ImportedPack[] {
    if (!isObject(value)) {
      this.report.fault([], 'A pack is an object with "queries".')
      return []
    }
    const named = Object.values(value).some(isPack)
    if ('queries' in value) this.onePack(name, value)
    else if (CONFIGURATION.some(key => key in value)) this.configuration(name, value)
    else if (named) this.several(value, [])
    else this.report.fault([], 'This contains no pack: neither "queries" nor "packs" nor "schedule".')
    return [...this.packs.values()]
  }

  private onePack(name: string, value: Values) {
    const { schedule, packs, ...pack } = value
    this.add(name, pack, [])
    this.configuration(name, { ...(schedule !== undefined && { schedule }), ...(packs !== undefined && { packs }) })
  }

  private configuration(name: string, { schedule, packs, ...sections }: Values) {
    for (const [section, content] of Object.entries(sections)) this.leaveOut(section, content)
    if (isObject(schedule)) this.add(name, { queries: schedule }, [], 'schedule')
    else if (schedule != null) this.report.fault(['schedule'], 'A schedule is an object of queries, by name.')
    if (isObject(packs)) this.several(packs, ['packs'])
    else if (packs != null) this.report.fault(['packs'], 'Packs are an object, by name.')
  }

  private several(packs: Values, path: Path) {
    for (const [name, pack] of Object.entries(packs)) {
      if (isPack(pack)) this.add(name, pack, [...path, name])
      else if (name === SEVERAL && isObject(pack)) this.several(pack, [...path, name])
      else if (typeof pack === 'string') this.report.warning([...path, name], elsewhere(pack))
      else if (path.length === 0) this.leaveOut(name, pack)
      else this.report.warning([...path, name], 'This pack has no queries, so it was left out.')
    }
  }

  private leaveOut(section: string, content: unknown) {
    if (!isEmptySection(content)) this.report.warning([section], leftOut(section, content))
  }

  private add(name: string, given: Values, path: Path, key?: string) {
    const pack = this.reader.read(name, given, path, key)
    if (!pack) return
    const faultPath = key ? [...path, key] : path
    if (this.packs.has(name))
      this.report.fault(faultPath, `Two packs would be called "${name}": import under another name, or rename one.`)
    this.packs.set(name, pack)
  }
}

const isPack = (value: unknown): value is Values => isObject(value) && isObject(value.queries)

const elsewhere = (file: string) => `This pack is in the file ${file}, so it was left out: import that file as well.`
