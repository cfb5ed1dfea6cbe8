export { DurationError, formatDuration, parseDuration } from './durations'
export { fingerprintOf } from './fingerprint'
export { compareBytes, faultOfLabels, isLabelName, labelOf, sortedNames, withoutEmpty } from './labels'
export { MatcherError } from './matcher-error'
export { MatcherIndex } from './matcher-index'
export {
  checkMatchers,
  compileMatchers,
  faultsOfMatchers,
  formatMatcher,
  isAmbiguous,
  matchesEmpty,
  parseMatcher,
  parseMatchers,
} from './matchers'
