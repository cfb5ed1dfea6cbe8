/** A matcher cannot be read or compiled; the message is Alertmanager's, because its clients show it. */
export class MatcherError extends Error {
  override name = 'MatcherError'
}

export const badFormat = (text: string) => new MatcherError(`bad matcher format: ${text}`)
