import type { Fault } from '../../base/errors'
import type { RelaxedJson } from './relaxed-json'

export type Path = string[]

/** Max faults or warnings in a response. */
const LISTED_MAX = 100

/** Faults and warnings of an imported file, by line and path. */
export class ImportReport {
  private readonly all: Record<'faults' | 'warnings', Fault[]> = { faults: [], warnings: [] }

  constructor(private readonly json: RelaxedJson) {}

  fault(path: Path, message: string) {
    this.all.faults.push(this.at(path, message))
  }

  warning(path: Path, message: string) {
    this.all.warnings.push(this.at(path, message))
  }

  /** If there are any, nothing is imported. */
  get faults(): Fault[] {
    return firstOf(this.all.faults)
  }

  /** What was left out or changed. */
  get warnings(): Fault[] {
    return firstOf(this.all.warnings)
  }

  private at(path: Path, message: string): Fault {
    const location = path.map(part => (/^\d+$/.test(part) ? Number(part) : part))
    return { path: ['body', 'content', ...path].join('.'), message: `Line ${this.json.lineOf(location)}: ${message}` }
  }
}

function firstOf(all: Fault[]): Fault[] {
  if (all.length <= LISTED_MAX) return all
  return [...all.slice(0, LISTED_MAX), { path: 'body.content', message: `And ${all.length - LISTED_MAX} more.` }]
}
