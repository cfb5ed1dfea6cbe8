import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Coding } from './accepted-codings'

/**
 * Costs less CPU than encoding the JSON. Higher qualities take several times as long for a few per cent, and to set up the
 * default window of 4 MiB takes longer than to compress a list.
 */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 3, [constants.BROTLI_PARAM_LGWIN]: 18 } }
const GZIP = { level: 4 }
const COMPRESS: Record<Coding, (text: string) => Promise<Buffer>> = {
  br: text => promisify(brotliCompress)(text, BROTLI),
  gzip: text => promisify(gzip)(text, GZIP),
}

export const compress = (text: string, coding: Coding): Promise<Buffer> => COMPRESS[coding](text)
