import { readFileSync } from 'node:fs'
import { ArgumentError, type Arguments, HELP, readArguments } from './arguments'
import { Fleet } from './fleet'
import { makeSecret } from './secret'
import type { Tally } from './tally'

const TERMINAL_INTERVAL_MS = 1_000
/** Without a terminal, an occasional line is enough. */
const LOG_INTERVAL_MS = 10_000

/** `npm run simulate:fleet`: simulates a fleet without real agents. */
async function main() {
  const given = readArguments(process.argv.slice(2), process.env)
  if (!given) return console.log(HELP)
  const ca = caOf(given)
  const own = given.secret === undefined ? await makeSecret(given.url, process.env) : undefined
  const fleet = new Fleet({ ...given, secret: given.secret ?? own?.text ?? '', ca })
  fleet.start()
  const stopProgress = showProgress(fleet.tally, given.hosts)
  await untilEnded(given.seconds)
  stopProgress()
  await fleet.stop()
  await own?.revoke()
}

function caOf({ caFile }: Arguments): string | undefined {
  try {
    return caFile && readFileSync(caFile, 'utf8')
  } catch {
    throw new ArgumentError(`${caFile} cannot be read. --ca must name a file with a certificate (PEM).`)
  }
}

function untilEnded(seconds: number | undefined): Promise<void> {
  return new Promise(resolve => {
    const timer = seconds === undefined ? undefined : setTimeout(() => end(), seconds * 1_000)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    // each may arrive twice: from the terminal, and forwarded by npm
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
  })
}

/** Prints progress, on a terminal as one line that is updated in place. @returns a function that stops it */
function showProgress(tally: Tally, hosts: number): () => void {
  const { isTTY } = process.stdout
  process.stdout.on('error', () => undefined) // the fleet continues if its output is closed
  const print = () => process.stdout.write(isTTY ? `\r\x1b[K${summary(tally, hosts)}` : `${summary(tally, hosts)}\n`)
  const timer = setInterval(print, isTTY ? TERMINAL_INTERVAL_MS : LOG_INTERVAL_MS)
  return () => {
    clearInterval(timer)
    print()
    if (isTTY) process.stdout.write('\n')
  }
}

function summary(tally: Tally, hosts: number): string {
  const { enrolled, heldReads, answered, rows, logLines, carves, failures, lastFailure } = tally
  const counts = `${enrolled} of ${hosts} hosts enrolled, ${heldReads} reads open, ${answered} queries answered (${rows} rows)`
  const more = [logLines && `${logLines} log lines`, carves && `${carves} carves`].filter(Boolean)
  const errors = failures ? `${failures} failed requests (last: ${lastFailure})` : 'no failed requests'
  return [counts, ...more, errors].join(', ')
}

main().catch(error => {
  console.error(error instanceof ArgumentError ? error.message : error)
  process.exitCode = 1
})
