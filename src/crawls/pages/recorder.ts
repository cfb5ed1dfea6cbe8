import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Writer } from '../../streams'
import { packContent } from './content-codec'
import type { PackedPage } from './insert-store'
import { pageEffect } from './page-effect'
import type { PageRecord, ReadPage } from './page-record'

const compress = promisify(gzip)

/** Stores pages. */
export class Recorder {
  constructor(private readonly streams: Pick<Writer, 'commit'>) {}

  /**
   * Resolves when they are durable, with whether the crawl is still open.
   * @param pages a page, and the links in it that are not followed
   */
  async record(crawl: { id: string; tenantId: string }, pages: readonly PageRecord[]): Promise<boolean> {
    const { id: crawlId, tenantId } = crawl
    const packed = await Promise.all(
      pages.filter(hasContent).map(async (page): Promise<PackedPage> => {
        const { content, archived } = page.read
        const [packedContent, body] = await Promise.all([packContent(content), archived && zipped(archived.body)])
        return { crawlId, tenantId, page, packed: { content: packedContent, body } }
      }),
    )
    return this.streams.commit(pageEffect, { crawlId, tenantId, pages, packed })
  }
}

const hasContent = (page: PageRecord): page is PageRecord & { read: ReadPage } => page.read !== null

const zipped = (body: Buffer) => compress(body, { level: constants.Z_BEST_SPEED })
