import { isObject } from '../monitor-file'
import { durationMs } from './duration'

const VARIABLE = /\$\{\w+\}/

/** A map in a configuration of Gatus. All values were read as texts, which Go turns into what it needs. */
export class GatusNode {
  /** @param notes gets what is wrong with a value */
  constructor(
    private readonly values: Readonly<Record<string, unknown>>,
    private readonly notes: string[],
  ) {}

  has(name: string): boolean {
    return (this.values[name] ?? null) !== null
  }

  /** Empty if it is not set. */
  text(name: string): string {
    const value = this.values[name]
    if (typeof value === 'number' || typeof value === 'boolean') return String(value) // from JSON
    return typeof value === 'string' ? this.checked(name, value) : ''
  }

  /** Undefined if it is not set, or is no flag. */
  flag(name: string): boolean | undefined {
    const text = this.text(name)
    return text === '' ? undefined : /^(?:true|yes|on|y)$/i.test(text)
  }

  /** In ms. */
  duration(name: string): number | undefined {
    const text = this.text(name)
    const ms = durationMs(text)
    if (text !== '' && ms === undefined) this.note(`"${text}" for ${name} is not a duration such as 30s or 1m30s.`)
    return ms
  }

  texts(name: string): string[] {
    const value = this.values[name]
    return Array.isArray(value) ? value.filter(each => typeof each === 'string') : []
  }

  textMap(name: string): Record<string, string> {
    const value = this.values[name]
    if (!isObject(value)) return {}
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.checked(key, String(each ?? ''))]))
  }

  map(name: string): GatusNode {
    const value = this.values[name]
    return new GatusNode(isObject(value) ? value : {}, this.notes)
  }

  private checked(name: string, text: string): string {
    const variable = VARIABLE.exec(text)?.[0]
    if (variable) this.note(`${variable} in ${name} is a variable of the environment, which is not replaced.`)
    return text
  }

  /** Fields are read more than once. */
  private note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text)
  }
}
