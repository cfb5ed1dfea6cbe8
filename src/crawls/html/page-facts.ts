import { type Directives, readDirectives } from './directives'
import { RESOURCES } from './elements'
import { refreshTarget } from './refresh'
import { cutTo, words } from './words'

type Attributes = Readonly<Record<string, string>>

/** A link as written. */
export interface RawLink {
  href: string
  text: string
  rel: string | null
}

export interface Heading {
  level: number
  text: string
}

const LINK_TEXT_MAX = 200
const HEADING_TEXT_MAX = 500
const HEADINGS_MAX = 500
const RESOURCES_MAX = 1_000
/** Text is collected before white space is removed from it. */
const SLACK = 4
/** What is no page: left out early, so that it does not count. */
const NO_PAGE = /^\s*(?:javascript|mailto|tel|data|blob|about|sms):/i

/** Collects what elements say about a page. URLs stay as written, since a `<base>` that comes later counts for all. */
export class PageFacts {
  base: string | undefined
  lang: string | undefined
  description: string | undefined
  canonical: string | undefined
  readonly directives: Directives = { noindex: false, nofollow: false }
  readonly headings: Heading[] = []
  readonly links: RawLink[] = []
  linksLeftOut = 0
  /** What the page loads. */
  readonly resources: string[] = []
  #link: RawLink | undefined
  #heading: Heading | undefined

  /** @param token in lower case */
  constructor(
    private readonly token: string,
    private readonly linksMax: number,
  ) {}

  /** @param attributes undefined: they do not matter */
  open(tag: string, attributes: Attributes | undefined): void {
    if (attributes) {
      this.#read(tag, attributes)
      const resource = RESOURCES[tag] && attributes[RESOURCES[tag]]
      if (resource && this.resources.length < RESOURCES_MAX) this.resources.push(resource)
    } else if (isHeading(tag)) {
      this.endHeading()
      this.#heading = { level: Number(tag[1]), text: '' }
    }
  }

  close(tag: string): void {
    if (tag === 'a') this.endLink()
    else if (isHeading(tag)) this.endHeading()
  }

  addText(text: string): void {
    if (this.#link && this.#link.text.length < SLACK * LINK_TEXT_MAX) this.#link.text += text
    if (this.#heading && this.#heading.text.length < SLACK * HEADING_TEXT_MAX) this.#heading.text += text
  }

  endLink(): void {
    if (!this.#link) return
    this.#link.text = cutTo(words(this.#link.text), LINK_TEXT_MAX)
    this.#link = undefined
  }

  endHeading(): void {
    if (!this.#heading) return
    const { level, text } = this.#heading
    if (this.headings.length < HEADINGS_MAX) this.headings.push({ level, text: cutTo(words(text), HEADING_TEXT_MAX) })
    this.#heading = undefined
  }

  #read(tag: string, attributes: Attributes): void {
    switch (tag) {
      case 'a':
        // a link cannot contain another one
        this.endLink()
        this.#link = this.#add(attributes.href, '', attributes.rel)
        return
      case 'area':
        this.#add(attributes.href, attributes.alt, attributes.rel)
        return
      case 'iframe':
      case 'frame':
        this.#add(attributes.src, attributes.title)
        return
      case 'img':
        if (this.#link && attributes.alt) this.addText(` ${attributes.alt} `)
        return
      case 'base':
        this.base ??= attributes.href
        return
      case 'html':
        this.lang ??= attributes.lang ?? attributes['xml:lang']
        return
      case 'link':
        this.#readLinkElement(attributes)
        return
      case 'meta':
        this.#readMeta(attributes)
        return
    }
  }

  /** The next and the previous page, and other languages, are pages; style sheets, icons and feeds are not. */
  #readLinkElement({ rel = '', href, hreflang, title, media }: Attributes): void {
    const types = rel.toLowerCase().split(/\s+/)
    if (types.includes('canonical')) this.canonical ??= href
    if (types.includes('stylesheet') && href && this.resources.length < RESOURCES_MAX) this.resources.push(href)
    const isOtherLanguage = types.includes('alternate') && hreflang !== undefined && media === undefined
    if (types.includes('next') || types.includes('prev') || isOtherLanguage) this.#add(href, title, rel)
  }

  #readMeta({ name = '', content = '', 'http-equiv': header = '' }: Attributes): void {
    const lower = name.trim().toLowerCase()
    if (lower === 'description') this.description ??= content
    if (lower === 'robots' || lower === this.token) {
      const { noindex, nofollow } = readDirectives(content)
      this.directives.noindex ||= noindex
      this.directives.nofollow ||= nofollow
    }
    if (header.trim().toLowerCase() === 'refresh') this.#add(refreshTarget(content), '')
  }

  #add(href: string | undefined, text = '', rel?: string): RawLink | undefined {
    if (href === undefined || NO_PAGE.test(href)) return undefined
    if (this.links.length >= this.linksMax) {
      this.linksLeftOut++
      return undefined
    }
    const link = { href, text: cutTo(words(text), LINK_TEXT_MAX), rel: rel === undefined ? null : words(rel) || null }
    this.links.push(link)
    return link
  }
}

const isHeading = (tag: string): boolean => tag.length === 2 && /^h[1-6]$/.test(tag)
