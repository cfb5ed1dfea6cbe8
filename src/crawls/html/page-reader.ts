import { type QuoteType, Tokenizer, type TokenizerCallbacks } from 'htmlparser2'
import { BLOCKS, OPAQUE, READ } from './elements'
import type { PageFacts } from './page-facts'
import { PageText } from './page-text'

/**
 * Reads a page in one pass over its tokens, without a tree: it takes time in proportion to the size, however deep
 * elements are nested.
 */
export class PageReader implements TokenizerCallbacks {
  readonly text = new PageText()
  readonly #tokenizer = new Tokenizer({ decodeEntities: true }, this)
  #tag = ''
  /** Of the tag that is being read, if they matter. */
  #attributes: Record<string, string> | undefined
  #name = ''
  #value = ''
  /** The element whose content is being skipped, and how often it stands in itself. */
  #opaque = ''
  #opaqueDepth = 0
  /** Of `<svg>`, which has titles of its own. */
  #svgDepth = 0
  #title: string | undefined
  #isInTitle = false

  constructor(
    private readonly html: string,
    readonly facts: PageFacts,
  ) {}

  read(): void {
    this.#tokenizer.write(this.html)
    this.#tokenizer.end()
    this.facts.endLink()
    this.facts.endHeading()
  }

  /** Of the first title. */
  get title(): string {
    return this.#title ?? ''
  }

  onopentagname(start: number, end: number): void {
    this.#tag = this.html.slice(start, end).toLowerCase()
    this.#attributes = this.#opaque === '' && READ.has(this.#tag) ? {} : undefined
  }

  onattribname(start: number, end: number): void {
    if (this.#attributes) this.#name = this.html.slice(start, end).toLowerCase()
  }

  onattribdata(start: number, end: number): void {
    if (this.#attributes) this.#value += this.html.slice(start, end)
  }

  onattribentity(codePoint: number): void {
    if (this.#attributes) this.#value += String.fromCodePoint(codePoint)
  }

  onattribend(_quote: QuoteType, _end: number): void {
    // the first of several attributes of a name counts
    if (this.#attributes && !Object.hasOwn(this.#attributes, this.#name)) this.#attributes[this.#name] = this.#value
    this.#value = ''
  }

  onopentagend(end: number): void {
    const tag = this.#tag
    this.#open()
    if (tag === 'plaintext' && this.#opaque === '') this.#endWithText(end + 1)
    if (!OPAQUE.has(tag) || (this.#opaque !== '' && this.#opaque !== tag)) return
    this.#opaque = tag
    this.#opaqueDepth++
    this.#isInTitle = tag === 'title' && this.#svgDepth === 0 && this.#title === undefined
  }

  /** A slash ends the element, as in XHTML, which many pages are written in. */
  onselfclosingtag(_end: number): void {
    this.#open()
    if (this.#opaque === '') this.#close(this.#tag)
  }

  #open(): void {
    if (this.#opaque !== '') return
    if (BLOCKS.has(this.#tag)) this.#separate()
    if (this.#tag === 'svg') this.#svgDepth++
    this.facts.open(this.#tag, this.#attributes)
  }

  onclosetag(start: number, end: number): void {
    const tag = this.html.slice(start, end).toLowerCase()
    if (this.#opaque === '') this.#close(tag)
    else if (tag === this.#opaque) this.#closeOpaque()
  }

  #closeOpaque(): void {
    // only templates are parsed, and can contain themselves
    this.#opaqueDepth = this.#opaque === 'template' ? this.#opaqueDepth - 1 : 0
    if (this.#opaqueDepth > 0) return
    this.#opaque = ''
    if (this.#isInTitle) this.#title ??= ''
    this.#isInTitle = false
  }

  #close(tag: string): void {
    if (BLOCKS.has(tag)) this.#separate()
    if (tag === 'svg' && this.#svgDepth > 0) this.#svgDepth--
    this.facts.close(tag)
  }

  #separate(): void {
    this.text.add(' ')
    this.facts.addText(' ')
  }

  ontext(start: number, end: number): void {
    this.#addText(this.html.slice(start, end))
  }

  ontextentity(codePoint: number): void {
    this.#addText(String.fromCodePoint(codePoint))
  }

  #addText(text: string): void {
    if (this.#opaque === '') {
      this.text.add(text)
      this.facts.addText(text)
    } else if (this.#isInTitle) this.#title = (this.#title ?? '') + text
  }

  /** After `<plaintext>`, there are no more tags. */
  #endWithText(start: number): void {
    this.#tokenizer.pause()
    this.text.add(this.html.slice(start))
  }

  oncdata(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onend(): void {}
  onprocessinginstruction(): void {}
}
