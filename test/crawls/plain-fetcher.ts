import { createOutbound } from '../../src/base/outbound'
import { createFetcher } from '../../src/crawls/fetch/http-fetcher'

/** A fetcher that may reach servers of tests. */
export const plainFetcher = createFetcher(createOutbound({ allow: ['private'] }))
afterAll(() => plainFetcher.close())
