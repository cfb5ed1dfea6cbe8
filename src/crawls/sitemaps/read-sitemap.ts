import { urlFrom } from '../../../text/url'
import type { Listed, SitemapFormat, SitemapReader } from './sitemap'
import { decompress, textOf } from './sitemap-text'
import { TextReader } from './text-reader'
import { XmlReader } from './xml-reader'

/** The sitemap protocol allows 50,000 addresses. */
const ENTRIES_MAX = 50_000
const BATCH_MAX = 500
/** Crawls take no longer ones. */
const ADDRESS_MAX = 2_048

interface Summary {
  /** Null: it is no sitemap. */
  format: SitemapFormat | null
  entries: number
  problem: string | null
}

/**
 * Reads a sitemap of any format, and stops at 50,000 addresses or 50 MB.
 * @param base its URL, for addresses that are relative
 * @param onListed gets at most 500 absolute addresses at a time, and is waited for; false: reading stops
 */
export async function readSitemap(
  body: Buffer,
  base: string,
  onListed: (listed: Listed[], format: SitemapFormat) => Promise<boolean>,
): Promise<Summary> {
  const { bytes, problem } = await decompress(body)
  const counts = { entries: 0, invalid: 0 }
  let pending: Listed[] = []
  let reader: SitemapReader | undefined
  let wantsMore = true

  async function handOn(least: number) {
    const format = reader?.format
    if (!reader || !format) return
    for (const listed of reader.take()) {
      const url = addressOf(listed.url, base)
      if (!url) counts.invalid++
      else if (++counts.entries <= ENTRIES_MAX) pending.push({ url, lastmod: dateOf(listed.lastmod) })
    }
    while (wantsMore && pending.length >= least) {
      wantsMore = await onListed(pending.slice(0, BATCH_MAX), format)
      pending = pending.slice(BATCH_MAX)
    }
  }

  const isOver = () => !wantsMore || reader?.problem !== undefined || counts.entries > ENTRIES_MAX
  for await (const text of textOf(bytes)) {
    reader ??= readerFor(text)
    reader?.write(text)
    await handOn(BATCH_MAX)
    if (isOver()) break
  }
  if (!isOver()) reader?.end()
  await handOn(1)
  if (!reader?.format) return { format: null, entries: 0, problem: problem ?? 'It is no sitemap and no feed.' }
  const entries = Math.min(counts.entries, ENTRIES_MAX)
  return { format: reader.format, entries, problem: problem ?? reader.problem ?? faultOf(counts) }
}

/** By the first character that is not white space; undefined: there is none yet. */
function readerFor(text: string): SitemapReader | undefined {
  const start = text.trimStart()
  if (!start) return undefined
  return start.startsWith('<') ? new XmlReader() : new TextReader()
}

function faultOf({ entries, invalid }: { entries: number; invalid: number }): string | null {
  if (entries > ENTRIES_MAX) return 'It lists more than 50,000 addresses: the rest is ignored.'
  if (invalid === 1) return 'One entry is ignored: it has no valid address.'
  return invalid > 0 ? `${invalid} entries are ignored: they have no valid address.` : null
}

/** Addresses must be absolute, but some servers leave the host out. Without a fragment; undefined: not http or https. */
export function addressOf(text: string, base: string): string | undefined {
  if (text.length > ADDRESS_MAX || !/^(https?:\/)?\//i.test(text)) return undefined
  const url = urlFrom(text, base)
  if (!url) return undefined
  if (url.hash) url.hash = '' // not for all: it costs as much as the rest
  return url.href
}

/** W3C dates (sitemaps, Atom) stay as they are, those of RSS are converted. */
function dateOf(text: string | null): string | null {
  if (text === null || text.length > 64) return null
  const date = new Date(text)
  if (Number.isNaN(date.getTime())) return null
  return /^\d{4}(-|$)/.test(text) ? text : date.toISOString()
}
