export { DurationError, formatDuration, parseDuration } from './durations'
export { fingerprintOf } from './fingerprint'
export { compareBytes, faultOfLabels, isLabelName, labelOf, sortedNames, withoutEmpty } from './labels'
export { MatcherError } from './matcher-error'
export { MatcherIndex } from './matcher-index'
export {
  asksForNothing,
  checkMatchers,
  compileMatchers,
  faultsOfMatchers,
  formatMatcher,
  isAmbiguous,
  parseMatcher,
  parseMatchers,
} from './matchers'
