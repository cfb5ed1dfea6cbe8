/** How much of what a server says is quoted in a message. */
const QUOTED_MAX = 200

/** What a server said, for a message. */
export const quoted = (text: string) =>
  JSON.stringify(text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX).toWellFormed()}…` : text)
