import { badRequest, type Fault } from '../../../base/errors'
import type { YamlNode } from '../../../base/yaml-tree'
import type { ImportNote } from '../../../contract/alert-routes'

type Place = Pick<YamlNode, 'path' | 'line'>

/** Max notes of one sort in a reply. */
const NOTES_MAX = 500
const FAULTS_MAX = 1_000

/** What is wrong with a file, and what of it is carried over otherwise or not at all. */
export class Report {
  private readonly faults: Fault[] = []
  private readonly notes = { adapted: [] as ImportNote[], notImported: [] as ImportNote[] }

  /** With any fault, nothing is imported. */
  fault({ path, line }: Place, message: string): void {
    if (this.faults.length >= FAULTS_MAX) return
    this.faults.push({ path: ['body.yaml', ...path].join('.'), message: `Line ${line}: ${message}` })
  }

  /** It is carried over as something else. */
  adapted(place: Place, what: string, because: string): void {
    this.notes.adapted.push(noteOf(place, what, because))
  }

  notImported(place: Place, what: string, because: string): void {
    this.notes.notImported.push(noteOf(place, what, because))
  }

  /** @throws Problem 400 if there are faults */
  check(): void {
    if (this.faults.length) throw badRequest(this.faults)
  }

  get all(): { adapted: ImportNote[]; not_imported: ImportNote[] } {
    return { adapted: firstOf(this.notes.adapted), not_imported: firstOf(this.notes.notImported) }
  }
}

const noteOf = ({ path, line }: Place, what: string, because: string): ImportNote => ({
  path: path.join('.'),
  line,
  what,
  because,
})

function firstOf(notes: ImportNote[]): ImportNote[] {
  if (notes.length <= NOTES_MAX) return notes
  const more = notes.length - NOTES_MAX
  return [
    ...notes.slice(0, NOTES_MAX),
    { path: '', line: null, what: `${more} more`, because: 'This list has an end.' },
  ]
}
