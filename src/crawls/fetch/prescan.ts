import { charsetOf } from './charset'

/** How much of a document may come before it names its charset. */
const PRESCAN_BYTES = 1_024
const SPACE = /[\t\n\f\r /]/

/**
 * The charset that an HTML or XML document names itself, by the rules of browsers (HTML Standard, "prescan a byte stream
 * to determine its encoding").
 */
export function prescan(body: Buffer): { charset: string; source: 'meta' | 'xml' } | undefined {
  const text = body.toString('latin1', 0, PRESCAN_BYTES)
  if (text.startsWith('<\0?\0x\0')) return { charset: 'utf-16le', source: 'xml' }
  if (text.startsWith('\0<\0?\0x')) return { charset: 'utf-16be', source: 'xml' }
  const meta = inMeta(text)
  if (meta) return { charset: meta, source: 'meta' }
  const xml = inXmlDeclaration(text)
  return xml ? { charset: xml, source: 'xml' } : undefined
}

/** What could be read byte by byte is not UTF-16. */
function readable(label: string): string | undefined {
  const charset = charsetOf(label)
  if (charset?.startsWith('utf-16')) return 'utf-8'
  return charset === 'x-user-defined' ? 'windows-1252' : charset
}

function inXmlDeclaration(text: string): string | undefined {
  const declaration = /^<\?xml[^>]*>/.exec(text)?.[0]
  const label = declaration && /encoding[\0- ]*=[\0- ]*(?:"([^"\0- ]*)"|'([^'\0- ]*)')/.exec(declaration)
  return label ? readable(label[1] ?? label[2] ?? '') : undefined
}

function inMeta(text: string): string | undefined {
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    if (/^<meta[\t\n\f\r /]/i.test(text.slice(at, at + 6))) {
      const scan = new AttributeScan(text, at + 5)
      const charset = declaredBy(scan)
      if (charset) return charset
      at = scan.at
    } else at = afterMarkup(text, at)
  }
  return undefined
}

/** Where the search for a `<` goes on: not in comments, nor in the attributes of a tag. */
function afterMarkup(text: string, at: number): number {
  const toEnd = (end: number, length: number) => (end < 0 ? text.length : end + length)
  if (text.startsWith('<!--', at)) return toEnd(text.indexOf('-->', at + 2), 3)
  if (/^<[!?]|^<\/[^a-z]/i.test(text.slice(at, at + 3))) return toEnd(text.indexOf('>', at), 1)
  if (!/^<\/?[a-z]/i.test(text.slice(at, at + 3))) return at + 1
  const scan = new AttributeScan(text, tagNameEnd(text, at))
  while (scan.next()) {}
  return scan.at
}

function tagNameEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && !/[\t\n\f\r >]/.test(text.charAt(at))) at++
  return at
}

/** The charset that the attributes of one `<meta>` name. */
function declaredBy(scan: AttributeScan): string | undefined {
  const seen = new Set<string>()
  let isPragma = false
  /** Whether the label stands in `content`, which counts with `http-equiv` only. */
  let needsPragma: boolean | undefined
  let label: string | undefined
  for (let found = scan.next(); found; found = scan.next()) {
    const { name, value } = found
    if (seen.has(name)) continue
    seen.add(name)
    if (name === 'http-equiv' && value === 'content-type') isPragma = true
    else if (name === 'content' && label === undefined) {
      label = labelIn(value)
      if (label !== undefined) needsPragma = true
    } else if (name === 'charset') {
      label = value
      needsPragma = false
    }
  }
  if (label === undefined || scan.isCut() || (needsPragma && !isPragma)) return undefined
  return readable(label)
}

/** HTML Standard, "extracting a character encoding from a meta element". */
function labelIn(content: string): string | undefined {
  const match = /charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^"'\t\n\f\r ;][^\t\n\f\r ;]*))/.exec(content)
  return match?.[1] ?? match?.[2] ?? match?.[3]
}

/** Reads attributes, in lower case (HTML Standard, "prescan: get an attribute"). */
class AttributeScan {
  constructor(
    private readonly text: string,
    public at: number,
  ) {}

  /** @returns undefined at the end of the tag, which is then at `at`, or of the text */
  next(): { name: string; value: string } | undefined {
    this.skip(SPACE)
    if (this.isCut() || this.text.charAt(this.at) === '>') return undefined
    const first = this.text.charAt(this.at++) // may be a `=`
    const name = first + this.until(/[\t\n\f\r />=]/)
    this.skip(/[\t\n\f\r ]/)
    if (this.text.charAt(this.at) !== '=') return { name: name.toLowerCase(), value: '' }
    this.at++
    this.skip(/[\t\n\f\r ]/)
    return { name: name.toLowerCase(), value: this.value().toLowerCase() }
  }

  private value(): string {
    const quote = this.text.charAt(this.at)
    if (quote !== '"' && quote !== "'") return this.until(/[\t\n\f\r >]/)
    const end = this.text.indexOf(quote, this.at + 1)
    const value = this.text.slice(this.at + 1, end < 0 ? undefined : end)
    this.at = end < 0 ? this.text.length : end + 1
    return end < 0 ? '' : value
  }

  /** Whether the text ends before the tag. */
  isCut = () => this.at >= this.text.length

  private skip(chars: RegExp) {
    while (this.at < this.text.length && chars.test(this.text.charAt(this.at))) this.at++
  }

  private until(stop: RegExp): string {
    const from = this.at
    while (this.at < this.text.length && !stop.test(this.text.charAt(this.at))) this.at++
    return this.text.slice(from, this.at)
  }
}
