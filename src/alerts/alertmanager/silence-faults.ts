import type { Matcher } from '../../contract/matchers'
import { compileMatchers, isLabelName, MatcherError, matchesEmpty } from '../matching'
import type { PostableSilence } from './postable-silence'

/** What is wrong with the times of a silence, in Alertmanager's words. */
export function faultOfTimes({ startsAt, endsAt }: PostableSilence, now: number): string | undefined {
  const end = endsAt ?? Number.NEGATIVE_INFINITY
  if ((startsAt ?? Number.NEGATIVE_INFINITY) >= end) return 'Failed to create silence: start time must be before end time'
  return end < now ? "Failed to create silence: end time can't be in the past" : undefined
}

/** What is wrong with the matchers of a silence, in Alertmanager's words. */
export function faultOfMatchers(matchers: readonly Matcher[]): string | undefined {
  for (const [i, matcher] of matchers.entries()) {
    const fault = faultOfMatcher(matcher)
    if (fault) return `silence invalid: invalid label matcher ${i}: ${fault}`
  }
  return matchesEmpty(matchers) ? 'silence invalid: at least one matcher must not match the empty string' : undefined
}

function faultOfMatcher(matcher: Matcher): string | undefined {
  if (!isLabelName(matcher.name)) return `invalid label name ${JSON.stringify(matcher.name)}`
  if (!matcher.value.isWellFormed()) return `invalid label value ${JSON.stringify(matcher.value)}`
  try {
    compileMatchers([matcher])
    return undefined
  } catch (error) {
    if (!(error instanceof MatcherError)) throw error
    const reason = error.message.replace(`\`^(?:${matcher.value})$\``, `\`${matcher.value}\``)
    return `invalid regular expression ${JSON.stringify(matcher.value)}: ${reason}`
  }
}
