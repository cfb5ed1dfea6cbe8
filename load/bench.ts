import { mkdir } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { machine } from './figures'
import { stopEverything } from './place'
import { whileProgramsRun } from './programs/program'
import { agents } from './scenarios/agents/agents'
import { agentOutage } from './scenarios/agents/outage'
import { agentProgram } from './scenarios/agents/program'
import { alerts } from './scenarios/alerts/alerts'
import { append } from './scenarios/append'
import { crawl } from './scenarios/crawl/crawl'
import { fanout } from './scenarios/fanout'
import { fleet } from './scenarios/fleet/fleet'
import { http } from './scenarios/http'
import { idle } from './scenarios/idle'
import { jobs } from './scenarios/jobs'
import { latency } from './scenarios/latency'
import { monitors } from './scenarios/monitors/monitors'
import { replay } from './scenarios/replay'
import type { Scenario } from './scenarios/scenario'

const scenarios: Record<string, Scenario> = {
  append,
  fanout,
  idle,
  latency,
  replay,
  jobs,
  http,
  fleet,
  alerts,
  monitors,
  crawl,
  agents,
  'agent-program': agentProgram,
  'agent-outage': agentOutage,
}

/** `npm run bench [-- --profile-to FOLDER] [name...]`: prints one line of JSON per scenario. */
async function main() {
  const { values, positionals } = parseArgs({ options: { 'profile-to': { type: 'string' } }, allowPositionals: true })
  const unknown = positionals.filter(name => !(name in scenarios))
  if (unknown.length)
    throw new Error(`Unknown scenario ${unknown.join(', ')}. Available: ${Object.keys(scenarios).join(', ')}`)
  const profileTo = values['profile-to']
  if (profileTo !== undefined) await mkdir(profileTo, { recursive: true })
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (positionals.length && !positionals.includes(name)) continue
    const figures = await whileProgramsRun(scenario({ profileTo }))
    console.log(JSON.stringify({ scenario: name, ...figures, machine: machine(), at: new Date().toISOString() }))
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void stopEverything().then(() => process.exit(1)))

main()
  .catch(error => {
    console.error(error instanceof Error ? error.stack : error)
    process.exitCode = 1
  })
  .finally(stopEverything)
