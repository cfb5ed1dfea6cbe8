/** RFC 1035 section 2.3.4, in text form without the trailing dot. */
const NAME_MAX = 253
const LABEL_MAX = 63

/**
 * Why a host name cannot exist in DNS, or undefined if it can. Underscores and the like are left to the resolver,
 * because real hosts have them.
 * @param name in ASCII, as `URL` returns it
 */
export function hostNameProblem(name: string): string | undefined {
  const labels = withoutRootDot(name).split('.')
  if (labels.some(label => label === '')) return 'has an empty part'
  if (labels.some(label => label.length > LABEL_MAX)) return `has a part of more than ${LABEL_MAX} characters`
  if (withoutRootDot(name).length > NAME_MAX) return `has more than ${NAME_MAX} characters`
  return undefined
}

/** `example.org.` is the same host as `example.org`; certificates and SNI use only the latter (RFC 6066 section 3). */
export const withoutRootDot = (name: string) => name.replace(/\.$/, '')
