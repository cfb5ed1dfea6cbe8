/** What a page asks of crawlers. */
export interface Directives {
  noindex: boolean
  nofollow: boolean
}

export function readDirectives(content: string): Directives {
  const names = content.toLowerCase().split(/[\s,]+/)
  const isNone = names.includes('none')
  return { noindex: isNone || names.includes('noindex'), nofollow: isNone || names.includes('nofollow') }
}

/** A name before a colon that is not that of a crawler. */
const WITH_VALUE = /^(?:unavailable_after|max-snippet|max-image-preview|max-video-preview)$/i

/**
 * What `X-Robots-Tag` headers ask of this crawler: directives for all, and those after its own name.
 * @param values of all headers of that name, each on its own: a crawler's name counts to the end of its header
 * @param token the product token of the crawler
 */
export function headerDirectives(values: readonly string[], token: string): Directives {
  const all = { noindex: false, nofollow: false }
  for (const value of values) {
    let applies = true
    for (const part of value.split(',')) {
      const [, name, rest] = part.match(/^\s*([^\s:]+)\s*:(.*)$/s) ?? []
      const isAgent = name !== undefined && !WITH_VALUE.test(name)
      if (isAgent) applies = name.toLowerCase() === token.toLowerCase()
      if (!applies) continue
      const { noindex, nofollow } = readDirectives((isAgent ? rest : part) ?? '')
      all.noindex ||= noindex
      all.nofollow ||= nofollow
    }
  }
  return all
}
