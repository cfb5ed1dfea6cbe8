import { rounded } from '../../figures'
import type { DebianPeer } from '../../peers/debian'
import type { Place, Server } from '../../place'
import { costsOf } from './costs'
import type { Targets } from './targets'

const RUN_MS = 15_000
const SETTLE_MS = 5_000
/** Requests at the same time of what checks when it is asked. */
const CONCURRENCY = 50

/**
 * As many checks as possible of the servers that answer: all monitors every second, stored, evaluated and streamed;
 * beside blackbox_exporter and requests of undici (`fetch`), which keep nothing.
 */
export async function fullSpeed(place: Place, server: Server, targets: Targets, blackbox: DebianPeer | undefined) {
  const { answering } = targets
  await server.post('/api/monitors/actions', { action: 'pause', filter: { all: true } })
  const probes = blackbox && (await asked(answering, url => probe(blackbox, url), blackbox.cpuSeconds))
  await blackbox?.stop()
  const ownCpu = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6
  const bare = await asked(answering, get, ownCpu)
  await server.post('/api/monitors/actions', {
    ...{ action: 'update', filter: { all: true }, change: { interval_seconds: 1 } },
  })
  await server.post('/api/monitors/actions', { action: 'resume', filter: { all: true } })
  await new Promise(resolve => setTimeout(resolve, SETTLE_MS))
  const ours = await costsOf(place, server, RUN_MS)
  if (!probes) console.error('blackbox_exporter is left out: its package prometheus-blackbox-exporter is not installed')
  return {
    ours: { ...ours, offered_per_s: answering.length },
    ...(probes && {
      blackbox_exporter: probes,
      share_of_blackbox: rounded(ours.checks_per_s / probes.per_s),
      cpu_times_blackbox: rounded(ours.cpu_us_per_check / probes.cpu_us_each),
    }),
    bare_fetch: bare,
    share_of_bare: rounded(ours.checks_per_s / bare.per_s),
    cpu_times_bare: rounded(ours.cpu_us_per_check / bare.cpu_us_each),
  }
}

/** Asks for one target after the other, over and over. */
async function asked(urls: readonly string[], ask: (url: string) => Promise<void>, cpuSeconds: () => number) {
  let count = 0
  const [startedMs, cpuBefore] = [performance.now(), cpuSeconds()]
  const one = async () => {
    while (performance.now() - startedMs < RUN_MS) await ask(urls[count++ % urls.length] ?? '')
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, one))
  const seconds = (performance.now() - startedMs) / 1_000
  return {
    per_s: rounded(count / seconds),
    cpu_us_each: rounded(((cpuSeconds() - cpuBefore) * 1e6) / count),
  }
}

async function probe({ url }: DebianPeer, target: string) {
  const response = await fetch(`${url}/probe?module=http_2xx&target=${encodeURIComponent(target)}`)
  const text = await response.text()
  if (!text.includes('\nprobe_success 1\n')) throw new Error(`blackbox_exporter answered: ${text.slice(0, 500)}`)
}

async function get(target: string) {
  const response = await fetch(target, { headers: { connection: 'close' } })
  await response.text()
}
