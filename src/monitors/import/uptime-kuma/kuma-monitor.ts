import { isObject } from '../monitor-file'

/**
 * A monitor of Uptime Kuma (`toJSON` in its server/model/monitor.js). Flags may be 0 and 1, numbers may be texts, and
 * what does not apply is null or empty.
 */
export class KumaMonitor {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  /** Empty if it is not set. */
  text(name: string): string {
    const value = this.values[name]
    if (typeof value === 'number') return String(value)
    return typeof value === 'string' ? value.trim() : ''
  }

  /** With the spaces around it. */
  rawText(name: string): string {
    const value = this.values[name]
    return typeof value === 'string' && value.trim() !== '' ? value : ''
  }

  number(name: string): number | undefined {
    const text = this.text(name)
    const number = Number(text)
    return text === '' || !Number.isFinite(number) ? undefined : number
  }

  flag(name: string, unset = false): boolean {
    const value = this.values[name]
    if (value === undefined || value === null) return unset
    return value === true || value === 1 || value === '1' || value === 'true'
  }

  list(name: string): unknown[] {
    const value = this.values[name]
    return Array.isArray(value) ? value : []
  }

  objects(name: string): KumaMonitor[] {
    return this.list(name)
      .filter(isObject)
      .map(values => new KumaMonitor(values))
  }
}
