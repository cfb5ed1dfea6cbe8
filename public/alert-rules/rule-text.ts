import type { AlertRule } from '../../src/contract/alerts'
import { formatCount } from '../../text/numbers'
import { formatDuration } from '../../text/times'

/** What a rule watches, with its numbers in place of their names. */
export const ruleText = ({ summary, threshold, window_seconds }: AlertRule): string =>
  summary
    .replace('`threshold`', formatCount(threshold ?? 0))
    .replace('`window_seconds`', formatDuration((window_seconds ?? 0) * 1_000).replace('.0 s', ' s')) // set, not measured
    .replaceAll('`', '')
