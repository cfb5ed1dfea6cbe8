import type { Fault } from '../../base/errors'
import type { RelaxedJson } from './relaxed-json'

export type Path = string[]

/** What an answer lists. */
const LISTED_MAX = 100

/** What is wrong with a file that is imported, and what was left out of it: by line and place. */
export class ImportReport {
  private readonly found: Record<'faults' | 'warnings', Fault[]> = { faults: [], warnings: [] }

  constructor(private readonly json: RelaxedJson) {}

  fault(path: Path, message: string) {
    this.found.faults.push(this.at(path, message))
  }

  warning(path: Path, message: string) {
    this.found.warnings.push(this.at(path, message))
  }

  /** Nothing is imported when there is one. */
  get faults(): Fault[] {
    return listed(this.found.faults)
  }

  /** What was left out, or read otherwise than it stands there. */
  get warnings(): Fault[] {
    return listed(this.found.warnings)
  }

  private at(path: Path, message: string): Fault {
    const place = path.map(part => (/^\d+$/.test(part) ? Number(part) : part))
    return { path: ['body', 'content', ...path].join('.'), message: `Line ${this.json.lineOf(place)}: ${message}` }
  }
}

function listed(all: Fault[]): Fault[] {
  if (all.length <= LISTED_MAX) return all
  return [...all.slice(0, LISTED_MAX), { path: 'body.content', message: `And ${all.length - LISTED_MAX} more.` }]
}
