import type { Crawl } from '../../../src/contract/crawls'
import { Frontier } from '../../../src/crawls/frontier/frontier'
import { appsOnFreshParts, type TestApp } from '../../support/app'
import { eventually } from '../../support/programs'

export type CrawlGiven = { seeds: string[] } & Record<string, unknown>

/** A program, and crawls on it. */
export async function startWorld(env: Record<string, string> = {}) {
  const apps = await appsOnFreshParts()
  const app = await apps.start(env)
  const frontierOf = (id: string) => new Frontier(app.app.jobs.engine.client, apps.where.prefix, id)
  return { ...apps, app, ...crawlsOn(clientOf(app)), frontierOf }
}

interface Reply {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: replies are checked against the contract by the program
  body: any
}
interface Client {
  get(path: string): Promise<Reply>
  post(path: string, body: unknown): Promise<Reply>
}

const clientOf = (app: TestApp): Client => {
  const reply = async (response: Response) => ({ status: response.status, body: await response.json() })
  return {
    get: async path => reply(await app.get(path)),
    post: async (path, body) => reply(await app.post(path, body)),
  }
}

/** What tests do with crawls on a program. */
export function crawlsOn(client: Client) {
  const read = async (path: string) => (await client.get(path)).body
  const crawlOf = (id: string): Promise<Crawl> => read(`/api/crawls/${id}`)
  const start = async ({ politeness, ...given }: CrawlGiven): Promise<Crawl> => {
    const fast = { delay_ms: 0, concurrency: 8, ...(politeness as object | undefined) }
    const { status, body } = await client.post('/api/crawls', { sitemaps: false, ...given, politeness: fast })
    if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`)
    return body.crawl
  }
  const ended = async (id: string): Promise<Crawl> => {
    await eventually(async () => (await crawlOf(id)).ended_at !== null, 'the end of a crawl')
    return crawlOf(id)
  }
  return {
    read,
    crawlOf,
    start,
    ended,
    /** Starts a crawl and waits for its end. */
    crawl: async (given: CrawlGiven) => ended((await start(given)).id),
    pages: async (id: string, query = '') => (await read(`/api/crawls/${id}/pages?limit=1000${query}`)).items,
    broken: async (id: string) => (await read(`/api/crawls/${id}/links/broken?limit=1000`)).items,
  }
}

export type World = Awaited<ReturnType<typeof startWorld>>

/** All URLs that are counted: always as many as are discovered. */
export const sumOf = ({ queued, leased, fetched, failed, skipped }: Crawl) =>
  queued + leased + fetched + failed + Object.values(skipped).reduce((sum, each) => sum + each, 0)

export const page = (...links: string[]) =>
  `<!doctype html><title>A page</title><p>Text</p>${links.map(link => `<a href="${link}">to ${link}</a>`).join('\n')}`
