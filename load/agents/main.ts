import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { Random } from '../fleet/random'
import { ArgumentError, type Arguments, HELP, readArguments } from './arguments'
import { Machine } from './machine'
import { Tally } from './tally'

const TERMINAL_INTERVAL_MS = 1_000
const LOG_INTERVAL_MS = 10_000
/** Apart, so that the server does not get all enrolments at once. */
const START_EVERY_MS = 20

/** `npm run simulate:agents`: machines with containers, without machines. */
async function main() {
  const given = readArguments(process.argv.slice(2), process.env)
  if (!given) return console.log(HELP)
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-agents-'))
  const tally = new Tally()
  const machines = Array.from({ length: given.agents }, (_, index) => new Machine(index + 1, folder, given, tally))
  const stopProgress = showProgress(tally, given)
  const stopCuts = cutConnections(machines, given, tally)
  const ended = runAll(machines)
  await Promise.race([untilEnded(given.seconds), ended])
  stopCuts()
  for (const machine of machines) machine.stop()
  await ended.finally(() => rm(folder, { recursive: true, force: true }))
  stopProgress()
}

async function runAll(machines: readonly Machine[]): Promise<void> {
  await Promise.all(machines.map((machine, index) => after(index * START_EVERY_MS).then(() => machine.run())))
}

function cutConnections(machines: readonly Machine[], { cutsPerMinute, seed }: Arguments, tally: Tally): () => void {
  if (cutsPerMinute === 0) return () => undefined
  const random = new Random(`${seed} cuts`)
  const timer = setInterval(() => {
    tally.cuts++
    random.pick(machines).cut()
  }, 60_000 / cutsPerMinute)
  return () => clearInterval(timer)
}

function untilEnded(seconds: number | undefined): Promise<void> {
  return new Promise(resolve => {
    const timer = seconds === undefined ? undefined : setTimeout(resolve, seconds * 1_000)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    // each may arrive twice: from the terminal, and forwarded by npm
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
  })
}

/** On a terminal as one line that is updated in place. @returns a function that stops it */
function showProgress(tally: Tally, { agents }: Arguments): () => void {
  const { isTTY } = process.stdout
  process.stdout.on('error', () => undefined) // the simulation continues if its output is closed
  const print = () => {
    const { enrolled, connected, cuts, lastNote } = tally
    const text = `${enrolled} of ${agents} agents enrolled, ${connected} connected, ${cuts} cuts; last: ${lastNote}`
    process.stdout.write(isTTY ? `\r\x1b[K${text.slice(0, (process.stdout.columns || 80) - 1)}` : `${text}\n`)
  }
  const timer = setInterval(print, isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS)
  return () => {
    clearInterval(timer)
    print()
    if (isTTY) process.stdout.write('\n')
  }
}

main().catch(error => {
  console.error(error instanceof ArgumentError ? error.message : error)
  process.exitCode = 1
})
