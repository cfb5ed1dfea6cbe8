import { parseArgs } from 'node:util'
import type { Check } from './checks/check'
import { reconnects } from './checks/reconnects'
import { small } from './checks/small'
import { machine } from './figures'
import { LIMITS } from './limits'
import { stopEverything } from './place'
import { whileProgramsRun } from './programs/program'
import { scale } from './scale/scale'

const checks: Record<string, { check: Check; timeoutSeconds: number }> = {
  small: { check: small, timeoutSeconds: LIMITS.small.timeoutSeconds },
  reconnects: { check: reconnects, timeoutSeconds: LIMITS.reconnects.timeoutSeconds },
}

/**
 * `npm run load -- --small | --reconnects`: fails on delivery errors only; times are printed for information.
 * `npm run load -- scale` only prints figures.
 */
async function main() {
  const flags = { small: { type: 'boolean' }, reconnects: { type: 'boolean' } } as const
  const { values, positionals } = parseArgs({ options: flags, allowPositionals: true })
  const [figures, ...others] = positionals
  if (others.length || (figures && figures !== 'scale')) throw new Error(`Unknown figures: ${positionals.join(', ')}`)
  if (figures) return whileProgramsRun(scale())
  const wanted = Object.keys(values).length ? Object.keys(values) : Object.keys(checks)
  for (const name of wanted) {
    const entry = checks[name]
    if (entry) await run(name, entry)
  }
}

async function run(name: string, { check, timeoutSeconds }: { check: Check; timeoutSeconds: number }) {
  const timer = setTimeout(() => void giveUp(`${name} took longer than ${timeoutSeconds} s`), timeoutSeconds * 1_000)
  const finding = await whileProgramsRun(check()).finally(() => clearTimeout(timer))
  const ok = finding.missing === 0 && finding.faults <= LIMITS.faults
  console.log(JSON.stringify({ check: name, ok, ...finding, machine: machine(), at: new Date().toISOString() }))
  if (!ok) process.exitCode = 1
}

async function giveUp(why: string) {
  console.error(why)
  await stopEverything()
  process.exit(1)
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void giveUp(`Ended by ${signal}`))

main()
  .catch(error => {
    console.error(error instanceof Error ? error.stack : error)
    process.exitCode = 1
  })
  .finally(stopEverything)
