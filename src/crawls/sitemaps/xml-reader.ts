import { Parser } from 'htmlparser2'
import type { Listed, SitemapFormat, SitemapReader } from './sitemap'

/** Where entries are in the documents of a root element; names are local ones in lower case. */
interface Shape {
  format: SitemapFormat
  /** Elements from the root to an entry. */
  entry: readonly string[]
  /** Children of an entry, in order of preference. */
  links: readonly string[]
  dates: readonly string[]
}

const FEED_DATES = ['pubdate', 'date']
const SHAPES = new Map<string, Shape>([
  ['urlset', { format: 'urlset', entry: ['urlset', 'url'], links: ['loc'], dates: ['lastmod'] }],
  ['sitemapindex', { format: 'index', entry: ['sitemapindex', 'sitemap'], links: ['loc'], dates: ['lastmod'] }],
  ['rss', { format: 'rss', entry: ['rss', 'channel', 'item'], links: ['link', 'guid'], dates: FEED_DATES }],
  ['rdf', { format: 'rss', entry: ['rdf', 'item'], links: ['link'], dates: FEED_DATES }],
  ['feed', { format: 'atom', entry: ['feed', 'entry'], links: ['link'], dates: ['updated', 'published'] }],
])
/** Longer texts are no addresses: the rest is dropped. */
const TEXT_MAX = 4_096
const DEPTH_MAX = 100

/**
 * Reads sitemaps, sitemap indexes and feeds. Namespaces are not compared, because many are wrong; but elements of
 * extensions (news, images, videos, alternates) have a prefix that the root does not have, and are ignored.
 */
export class XmlReader implements SitemapReader {
  problem: string | undefined
  #shape: Shape | undefined
  #rootPrefix = ''
  #depth = 0
  /** How many of the open elements, from the root, lead to an entry. */
  #matched = 0
  /** Values of the current entry, by element. */
  #values = new Map<string, string>()
  /** The element whose text is collected. */
  #collecting: string | undefined
  #text = ''
  #hasEnded = false
  #found: Listed[] = []
  readonly #parser = new Parser(
    {
      onopentag: (tag, attributes) => this.#open(tag, attributes),
      ontext: text => this.#addText(text),
      onclosetag: () => this.#close(),
    },
    { xmlMode: true },
  )

  get format() {
    return this.#shape?.format
  }

  write(text: string) {
    this.#parser.write(text)
  }

  end() {
    this.#hasEnded = true // what is still open is incomplete
    if (this.#depth > 0) this.problem = 'It ends too early: the rest is missing.'
    this.#parser.end()
  }

  take(): Listed[] {
    const found = this.#found
    this.#found = []
    return found
  }

  #open(tag: string, attributes: Record<string, string>) {
    const [prefix, name] = splitName(tag)
    if (++this.#depth === 1) this.#openRoot(prefix, name)
    const shape = this.#shape
    if (this.#depth > DEPTH_MAX) this.problem = 'Its elements are nested too deeply.'
    if (!shape || this.#isExtension(prefix, name)) return
    if (this.#isChild(shape)) this.#openChild(name, attributes)
    const isOnPath = this.#matched === this.#depth - 1 && shape.entry[this.#matched] === name
    if (!isOnPath) return
    this.#matched = this.#depth
    this.#values = new Map()
  }

  #openRoot(prefix: string, name: string) {
    this.#shape = SHAPES.get(name)
    this.#rootPrefix = prefix
  }

  #isExtension(prefix: string, name: string): boolean {
    const isDublinCoreDate = prefix === 'dc' && name === 'date'
    return prefix !== '' && prefix !== this.#rootPrefix && !isDublinCoreDate
  }

  /** Whether the innermost element is a child of an entry. */
  #isChild({ entry }: Shape): boolean {
    return this.#matched === entry.length && this.#depth === entry.length + 1
  }

  #openChild(name: string, attributes: Record<string, string>) {
    const shape = this.#shape as Shape
    if (shape.format === 'atom' && name === 'link') return this.#addLink(attributes)
    if (name === 'guid' && attributes.isPermaLink?.toLowerCase() === 'false') return
    if (!shape.links.includes(name) && !shape.dates.includes(name)) return
    this.#collecting = name
    this.#text = ''
  }

  #addLink({ rel = 'alternate', href }: Record<string, string>) {
    if (rel === 'alternate' && href && !this.#values.has('link')) this.#values.set('link', href)
  }

  #addText(text: string) {
    if (this.#collecting && this.#text.length < TEXT_MAX) this.#text += text
  }

  #close() {
    const shape = this.#shape
    if (shape && !this.#hasEnded) {
      if (this.#collecting && this.#isChild(shape)) this.#keepText(this.#collecting)
      if (this.#matched === shape.entry.length && this.#depth === shape.entry.length) this.#addEntry(shape)
    }
    if (this.#matched === this.#depth) this.#matched--
    this.#depth--
  }

  #keepText(name: string) {
    const text = this.#text.trim()
    if (text && !this.#values.has(name)) this.#values.set(name, text)
    this.#collecting = undefined
  }

  #addEntry({ links, dates }: Shape) {
    const firstOf = (names: readonly string[]) => names.map(name => this.#values.get(name)).find(Boolean)
    this.#found.push({ url: firstOf(links) ?? '', lastmod: firstOf(dates) ?? null })
  }
}

function splitName(tag: string): [prefix: string, name: string] {
  const colon = tag.indexOf(':')
  return [tag.slice(0, Math.max(colon, 0)).toLowerCase(), tag.slice(colon + 1).toLowerCase()]
}
