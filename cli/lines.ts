import { wrongUsage } from './exit'

/** The value of `--lines`: how many of the last lines come first. @throws Failure */
export function linesOf(text: string | undefined): number | 'all' | undefined {
  if (text === undefined || text === 'all') return text
  if (/^\d{1,5}$/.test(text) && Number(text) <= 10_000) return Number(text)
  throw wrongUsage(`--lines must be a number from 0 to 10000, or all, not "${text}".`)
}
