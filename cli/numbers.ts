import { wrongUsage } from './exit'

/** The numeric value of an option; undefined if it was not given. @throws Failure */
export function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,12}(\.\d+)?$/.test(text)) throw wrongUsage(`${name} must be a number, not "${text}".`)
  return Number(text)
}
