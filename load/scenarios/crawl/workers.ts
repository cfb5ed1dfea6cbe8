import { rounded } from '../../figures'
import { type Place, type Server, startServer } from '../../place'
import { crawlSite, speedOf } from './big'

/** One worker process, then two, on a crawl of the same site. */
export async function workersCompared(place: Place, origin: string, pages: number, env: Record<string, string>) {
  const web = await startServer(place, 'web', env)
  const workers: Server[] = []
  const speedWithOneMore = async () => {
    workers.push(await startServer(place, 'worker', env))
    return speedOf(await crawlSite({ place, servers: [web, ...workers] }, origin, pages))
  }
  const one = await speedWithOneMore()
  const two = await speedWithOneMore()
  for (const server of [...workers, web]) await server.stop()
  return { pages, pages_per_s_of_one: one, pages_per_s_of_two: two, times: rounded(two / one) }
}
