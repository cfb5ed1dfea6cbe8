/** How a URL in the frontier is handled: `page` is fetched and read, `external` only asked for its status. */
export type EntryKind = 'page' | 'external'

/** A URL that waits in the frontier or is being fetched. */
export interface Entry {
  key: string
  /** What politeness counts by. */
  host: string
  kind: EntryKind
  /** As first linked. */
  url: string
  depth: number
  /** Key of the page where it was found first. */
  from: string | null
  /** Failed requests so far. */
  tries: number
  /** Redirects so far. The next request goes to where the last one led. */
  hops: { url: string; status_code: number; location: string }[]
  /** How it is asked: external URLs by HEAD first. */
  method: 'GET' | 'HEAD'
}

const KIND_CODES = { page: 'p', external: 'x' } as const
const CODE_KINDS: Record<string, EntryKind> = { p: 'page', x: 'external' }

/** Where the next request of an entry goes. */
export const currentUrl = ({ url, hops }: Entry) => hops.at(-1)?.location ?? url

/** The text of an entry in Redis: the scripts read its first three fields. */
export function encodeEntry({ key, host, kind, ...rest }: Entry): string {
  const { url, depth, from, tries, hops, method } = rest
  return `${key}\t${host}\t${KIND_CODES[kind]}\t${JSON.stringify([url, depth, from, tries, method, hops])}`
}

/** @throws Error if the text is not from `encodeEntry`, which is a bug */
export function decodeEntry(text: string): Entry {
  const [key = '', host = '', code = '', json = ''] = text.split('\t', 4)
  const kind = CODE_KINDS[code]
  if (!kind) throw new Error(`Not an entry of a frontier: ${text.slice(0, 100)}`)
  const [url, depth, from, tries, method, hops] = JSON.parse(json)
  return { key, host, kind, url, depth, from, tries, method, hops }
}

export const newEntry = (
  { key, host, href }: { key: string; host: string; href: string },
  kind: EntryKind,
  depth: number,
  from: string | null,
): Entry => ({
  ...{ key, host, kind, url: href, depth, from },
  ...{ tries: 0, hops: [], method: kind === 'external' ? 'HEAD' : 'GET' },
})
