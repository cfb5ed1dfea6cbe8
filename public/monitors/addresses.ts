/** A matcher for the alerts of some monitors. Ids mean nothing else in a regular expression. */
export const alertsMatcher = (ids: readonly string[]): string =>
  `monitor_id${ids.length === 1 ? '=' : '=~'}"${ids.join('|')}"`

/** Where a new silence for them begins. */
export const silenceAddress = (ids: readonly string[]): string =>
  `/silences?${new URLSearchParams({ matcher: alertsMatcher(ids) })}`

/** The list of the alerts of a monitor. */
export const alertsAddress = (id: string): string => `/alerts?${new URLSearchParams({ filter: alertsMatcher([id]) })}`
