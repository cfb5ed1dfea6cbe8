import { Agent, type AgentSettings } from '../../../load/fleet/agent'
import { type Behavior, GOOD } from '../../../load/fleet/behavior'
import { Connection } from '../../../load/fleet/connection'
import { hostOf } from '../../../load/fleet/host'
import { Random } from '../../../load/fleet/random'
import { Tally } from '../../../load/fleet/tally'
import { ScriptedServer } from './scripted-server'
import { TestClock } from './test-clock'

/** Distinct intervals, so that a test can tell the threads apart. */
export const DISTRIBUTED_MS = 7_000
export const LOGGER_MS = 12_000
export const CONFIG_MS = 60_000
export const CARVER_MS = 31_000

const STARTED = { distributed_interval: 7, logger_tls_period: 12, config_refresh: 60, carver_tick: 31 }
const closers: (() => Promise<void>)[] = []

interface Options {
  behavior?: Partial<Behavior>
  started?: AgentSettings['started']
  identity?: { cert: string; key: string; ca: string }
  osqueryVersion?: string
}

/** An agent, not yet started, and a scripted server. */
export async function withAgent({ behavior, started, identity, osqueryVersion = '5.23.1' }: Options = {}) {
  const server = new ScriptedServer(identity)
  const url = await server.listen()
  const clock = new TestClock()
  const tally = new Tally()
  const connection = new Connection({ url: identity ? url.replace('http:', 'https:') : url, ca: identity?.ca, tally })
  const agent = new Agent({
    ...{ connection, clock, tally, secret: 's3cret', random: new Random('test') },
    host: { ...hostOf('test', 1), osqueryVersion },
    behavior: { ...GOOD, silent: false, offline: false, logShape: 'configured', ...behavior },
    started: { ...STARTED, ...started },
  })
  closers.push(async () => {
    await agent.stop()
    connection.close()
    await server.close()
  })
  const start = () => {
    agent.start(0)
    return clock.pass(0)
  }
  return { server, clock, tally, agent, start, host: hostOf('test', 1) }
}

export async function closeAll() {
  for (const close of closers.splice(0)) await close()
}
