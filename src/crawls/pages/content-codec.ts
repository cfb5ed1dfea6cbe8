import { promisify } from 'node:util'
import { constants, deflateRaw, inflateRaw } from 'node:zlib'
import type { StoredContent } from './stored-content'

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

/** For `crawl_contents.content`: JSON, deflated (RFC 1951). Fast rather than small, since every page is packed. */
export async function packContent(content: StoredContent): Promise<Buffer> {
  return deflate(JSON.stringify(content), { level: constants.Z_BEST_SPEED })
}

/** Only what `packContent` has packed is read, so it is not validated again. */
export async function unpackContent(packed: Buffer): Promise<StoredContent> {
  return JSON.parse((await inflate(packed)).toString()) as StoredContent
}
