import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Db } from '../../base/db'
import { unpackContent } from '../pages/content-codec'
import type { ReadCrawl } from '../pages/crawl-ref-store'
import { archivedPages } from './archive-parts'
import type { ArchivedPage } from './archive-store'
import { digest, fieldLines, warcRecord } from './warc-record'

const FIELDS = 'application/warc-fields'
const DESCRIPTION =
  'Responses have the body as the server sent it, without its transfer coding. Requests are not recorded. Pages that ' +
  'failed, and those whose response was not kept, have a metadata record instead; URLs that were skipped are left out.'

/** A WARC file of a crawl: warcinfo, then a record per page that was requested. */
export async function* warcOf(db: Db, crawl: ReadCrawl, fileName: string): AsyncGenerator<Buffer> {
  yield await infoOf(crawl, fileName)
  for await (const { page, response } of archivedPages(db, crawl.ref))
    yield response?.head ? await responseOf(page, { ...response, head: response.head }) : await metadataOf(page)
}

function infoOf({ id, settings, created_at }: ReadCrawl, fileName: string): Promise<Buffer> {
  const block = fieldLines({
    software: 'Tailrace',
    format: 'WARC File Format 1.1',
    conformsTo: 'http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/',
    robots: settings.politeness.obey_robots ? 'obey' : 'ignore',
    'http-header-user-agent': settings.user_agent,
    isPartOf: id,
    description: DESCRIPTION,
  })
  const fields = { 'WARC-Filename': fileName }
  return warcRecord({ type: 'warcinfo', date: created_at, contentType: FIELDS, fields, block: Buffer.from(block) })
}

interface Response {
  head: string
  /** Gzipped by us. */
  body: Buffer | null
  content: Buffer
}

async function responseOf(page: ArchivedPage, { head, body, content }: Response): Promise<Buffer> {
  const payload = body ? await promisify(gunzip)(body) : Buffer.alloc(0)
  const { truncated } = await unpackContent(content)
  return warcRecord({
    type: 'response',
    date: page.fetched_at,
    contentType: 'application/http;msgtype=response',
    fields: {
      'WARC-Target-URI': page.final_url,
      'WARC-Payload-Digest': digest(payload),
      ...(truncated && { 'WARC-Truncated': 'length' }),
    },
    block: Buffer.concat([Buffer.from(storedHead(head), 'latin1'), payload]),
  })
}

/**
 * The head with CRLF and an empty line at the end. The transfer coding is gone with the framing that it named, so its
 * field is renamed as other archives do.
 */
const storedHead = (head: string) =>
  `${head
    .trimEnd()
    .split(/\r?\n/)
    .map(line => line.replace(/^(?=transfer-encoding:)/i, 'X-Archive-Orig-'))
    .join('\r\n')}\r\n\r\n`

function metadataOf(page: ArchivedPage): Promise<Buffer> {
  const { url, final_url, outcome, status_code, reason, explanation, found_on, depth } = page
  const block = fieldLines({
    outcome,
    ...(status_code !== null && { status: String(status_code) }),
    ...(reason !== null && { reason }),
    ...(explanation !== null && { explanation }),
    ...(final_url !== url && { redirectedTo: final_url }),
    ...(found_on !== null && { via: found_on }),
    hopsFromSeed: String(depth),
  })
  const fields = { 'WARC-Target-URI': url }
  return warcRecord({ type: 'metadata', date: page.fetched_at, contentType: FIELDS, fields, block: Buffer.from(block) })
}
