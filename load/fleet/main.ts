import { readFileSync } from 'node:fs'
import { ArgumentError, type Arguments, HELP, readArguments } from './arguments'
import { Fleet } from './fleet'
import { makeSecret } from './secret'
import type { Tally } from './tally'

const TOLD_EVERY_MS = 1_000
/** Where nobody watches, a line now and then is enough. */
const LOGGED_EVERY_MS = 10_000

/** `npm run simulate:fleet`: a living fleet without an agent. */
async function main() {
  const given = readArguments(process.argv.slice(2), process.env)
  if (!given) return console.log(HELP)
  const ca = caOf(given)
  const own = given.secret === undefined ? await makeSecret(given.url, process.env) : undefined
  const fleet = new Fleet({ ...given, secret: given.secret ?? own?.text ?? '', ca })
  fleet.start()
  const stopTelling = tell(fleet.tally, given.hosts)
  await untilEnded(given.seconds)
  stopTelling()
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
    // each may come twice: from the terminal, and from npm that passes it on
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end)
  })
}

/** One line that stays in its place on a terminal. @returns ends it */
function tell(tally: Tally, hosts: number): () => void {
  const { isTTY } = process.stdout
  process.stdout.on('error', () => undefined) // nobody reads the progress any more: the fleet goes on
  const print = () => process.stdout.write(isTTY ? `\r\x1b[K${summary(tally, hosts)}` : `${summary(tally, hosts)}\n`)
  const timer = setInterval(print, isTTY ? TOLD_EVERY_MS : LOGGED_EVERY_MS)
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
