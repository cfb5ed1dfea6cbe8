import { percentile, rounded } from '../../figures'
import type { Server } from '../../place'
import { MONITORS } from './targets'

const READS = 20

/** The first page of the list, as the console asks for it; and all metrics, as Prometheus does. */
export async function readList({ url }: Server, token: string) {
  const read = async (path: string) => {
    const startedMs = performance.now()
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
    const bytes = (await response.arrayBuffer()).byteLength
    if (!response.ok) throw new Error(`${path} answered ${response.status}`)
    return { bytes, ms: performance.now() - startedMs }
  }
  const many = async (path: string) => {
    await read(path)
    const found: { bytes: number; ms: number }[] = []
    for (let i = 0; i < READS; i++) found.push(await read(path))
    const times = found.map(({ ms }) => ms)
    return {
      bytes: found[0]?.bytes,
      ms_p50: rounded(percentile(times, 0.5)),
      ms_p95: rounded(percentile(times, 0.95)),
    }
  }
  return {
    of: MONITORS,
    page_of_100: await many('/api/monitors?limit=100'),
    metrics: await read('/metrics/monitors').then(({ bytes, ms }) => ({ bytes, ms: rounded(ms) })),
  }
}
