/** How a host is told where to go, with a placeholder where its secret belongs. */
export interface Enrollment {
  /** Lines of the agent's flags file. */
  flags: string[]
  /** Does it all on the host, in one line of its shell. */
  command: string
}

const PLACEHOLDER = '<secret>'

/** The same with the secret in its place; without one as it is. */
export function withSecret({ flags, command }: Enrollment, secret: string): Enrollment {
  const put = (text: string) => (secret === '' ? text : text.replaceAll(PLACEHOLDER, () => secret))
  return { flags: flags.map(put), command: put(command) }
}
