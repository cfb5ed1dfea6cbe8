import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Batcher } from '../../base/batcher'
import type { Db } from '../../base/db'
import { unpackContent } from '../pages/content-codec'
import type { CrawlRef } from '../pages/crawl-ref-store'
import type { StoredContent } from '../pages/stored-content'
import { type PreviousRow, previousPages, type Reading } from './previous-store'

const unzip = promisify(gunzip)
const BATCH_MAX = 50

export interface PreviousPage extends Omit<PreviousRow, 'content'> {
  content: StoredContent
}

/** Pages of the crawl before, for requests that ask whether they have changed. */
export class PreviousPages {
  private readonly rows: Batcher<string, PreviousRow | undefined>

  constructor(db: Db, crawl: CrawlRef, reading: Reading) {
    this.rows = new Batcher(async keys => {
      const found = new Map((await previousPages(db, crawl, reading, keys)).map(row => [row.key, row]))
      return keys.map(key => found.get(key))
    }, BATCH_MAX)
  }

  /** Undefined if it was not read, or otherwise than now, or if its server cannot tell whether it has changed. */
  async find(key: string): Promise<PreviousPage | undefined> {
    const row = await this.rows.ask(key)
    if (!row) return undefined
    const content = await unpackContent(row.content)
    return content.etag || content.last_modified ? { ...row, content } : undefined
  }
}

/** The response of an earlier crawl, as it was sent. */
export async function archivedOf({ head, body }: PreviousPage): Promise<{ head: string; body: Buffer } | null> {
  return head !== null && body ? { head, body: await unzip(body) } : null
}
