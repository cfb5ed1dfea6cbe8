import { messageOf } from '../../../base/errors'
import type { Matcher } from '../../../contract/matchers'
import { faultsOfMatchers, MatcherError, parseMatchers } from '../../matching'
import type { Fields, Text } from './fields'
import type { Report } from './report'

const CLASSIC_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/

/**
 * Matchers of a route or of one side of an inhibition rule: `match`, `match_re` and `matchers` must all hold.
 * @param prefix of the three fields: `source_`
 */
export const readMatchers = (fields: Fields, report: Report, prefix = ''): Matcher[] => [
  ...readPairs(fields.textMap(`${prefix}match`), '=', report),
  ...readPairs(fields.textMap(`${prefix}match_re`), '=~', report),
  ...fields.texts(`${prefix}matchers`).flatMap(text => readText(text, report)),
]

const readPairs = (pairs: [string, Text][], op: '=' | '=~', report: Report): Matcher[] =>
  pairs.map(([name, value]) => {
    const matcher: Matcher = { name, op, value: value.text }
    if (!CLASSIC_NAME.test(name)) report.fault(value, `invalid label name ${JSON.stringify(name)}`)
    else if (op === '=~') checkPattern(matcher, value, report)
    return matcher
  })

/** One text may hold several matchers, with or without braces. */
function readText(given: Text, report: Report): Matcher[] {
  try {
    return parseMatchers(given.text)
  } catch (error) {
    if (!(error instanceof MatcherError)) throw error
    report.fault(given, messageOf(error))
    return []
  }
}

function checkPattern(matcher: Matcher, place: Text, report: Report): void {
  const message = faultsOfMatchers([matcher], '')[0]?.message
  if (message) report.fault(place, message)
}
