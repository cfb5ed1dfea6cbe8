import { RESERVED_LABELS } from '../../contract/monitor-labels'

/** Longest value of a label. */
const VALUE_MAX = 500

/** Collects labels of a monitor under names that labels can have. */
export class Labels {
  readonly all: Record<string, string> = {}

  /** @param notes gets what had to be changed */
  constructor(private readonly notes: string[]) {}

  /** Several values of one name are joined. */
  add(given: string, value: string): void {
    const name = labelName(given)
    if (name === '') {
      this.notes.push(`The label "${given}" is not carried over: its name has no letters (a to z), digits or _.`)
      return
    }
    if (name !== given) this.notes.push(`The label "${given}" is called ${name} here.`)
    const values = [this.all[name], value].filter(Boolean)
    this.all[name] = values.join(', ').slice(0, VALUE_MAX)
  }

  has(name: string): boolean {
    return name in this.all
  }
}

/** A name that a label can have: `Kunde A` becomes `Kunde_A`, and `severity` `tag_severity`. */
function labelName(given: string): string {
  const name = given.trim().replaceAll(/[^\w]+/g, '_')
  if (name === '' || name === '_') return ''
  return /^\d/.test(name) || RESERVED_LABELS.includes(name) ? `tag_${name}` : name
}
