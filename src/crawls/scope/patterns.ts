import type { Fault } from '../../base/errors'
import { compilePattern, PatternError } from '../../base/re2'
import type { CrawlScope } from '../../contract/crawl-settings'

export interface Pattern {
  source: string
  test(url: string): boolean
}

/** @throws PatternError unless `patternFaults` finds none */
export const patternsOf = (sources: readonly string[]): Pattern[] =>
  sources.map(source => {
    const compiled = compilePattern(source)
    return { source, test: url => compiled.test(url) }
  })

/** What is wrong with the patterns of a scope, with paths such as `scope.include.0`. */
export const patternFaults = ({ include, exclude }: Pick<CrawlScope, 'include' | 'exclude'>): Fault[] => [
  ...faultsIn(include, 'scope.include'),
  ...faultsIn(exclude, 'scope.exclude'),
]

const faultsIn = (sources: readonly string[], path: string): Fault[] =>
  sources.flatMap((source, index) => {
    const problem = patternProblem(source)
    return problem ? [{ path: `${path}.${index}`, message: `must be a regular expression of RE2: ${problem}` }] : []
  })

function patternProblem(source: string): string | undefined {
  try {
    compilePattern(source)
    return undefined
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    return error.message
  }
}
