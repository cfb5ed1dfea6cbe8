import type { Listed, SitemapReader } from './sitemap'

/** Longer lines are no addresses. */
const LINE_MAX = 4_096

/** Reads a sitemap that has one address per line. */
export class TextReader implements SitemapReader {
  readonly problem = undefined
  #rest = ''
  #hasAddress = false
  #found: Listed[] = []

  get format() {
    return this.#hasAddress ? ('text' as const) : undefined
  }

  write(text: string) {
    const lines = (this.#rest + text).split(/\r\n|\r|\n/)
    this.#rest = (lines.pop() as string).slice(0, LINE_MAX)
    for (const line of lines) this.#add(line.trim())
  }

  end() {
    this.#add(this.#rest.trim())
  }

  take(): Listed[] {
    const found = this.#found
    this.#found = []
    return found
  }

  #add(line: string) {
    if (!line) return
    this.#hasAddress ||= /^https?:\/\//i.test(line)
    this.#found.push({ url: line, lastmod: null })
  }
}
