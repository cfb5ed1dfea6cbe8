import type { PageLink } from '../../contract/crawl-pages'
import { readUrl } from '../urls/read-url'

/** Finds links to certain URLs in the contents of pages. */
export class LinkFinder {
  readonly #byUrl: ReadonlyMap<string, string>

  /** @param urls by key */
  constructor(
    urls: ReadonlyMap<string, string>,
    private readonly options: { stripTracking: boolean },
  ) {
    this.#byUrl = new Map([...urls].map(([key, url]) => [url, key]))
  }

  /** The first link to each of the keys. Most are written like the URL that is known, and need no hash. */
  find(links: readonly PageLink[], keys: readonly string[]): Map<string, PageLink> {
    const missing = new Set(keys)
    const found = new Map<string, PageLink>()
    for (const link of links) {
      if (!missing.size) break
      const key = this.#byUrl.get(link.url) ?? readUrl(link.url, undefined, this.options)?.key
      if (key !== undefined && missing.delete(key)) found.set(key, link)
    }
    return found
  }
}
