import { createApp } from './app'
import { checkContracts } from './base/contract-check'
import { messageOf, Problem, StartError } from './base/errors'
import { startParts } from './base/lifecycle'
import { createLog } from './base/log'
import { readConfig } from './config'
import { startEmbedded } from './embedded'

/** Added to the parts' own deadlines. After that something hangs, and a supervisor should not have to wait for it. */
const EXIT_GRACE_MS = 5_000
/** Signals within this time of the first count as duplicates. */
const DUPLICATE_SIGNAL_MS = 1_000

process.stderr.on('error', () => undefined) // stderr may be closed or full; the process continues without it

async function main() {
  const { config, secrets } = readConfig(process.env)
  checkContracts(config.contractCheckFile)
  const log = createLog(config.log)
  const stopSignal = waitForSignal()
  const embedded = await startEmbedded(config, log)
  const databaseUrl = secrets.databaseUrl ?? embedded.databaseUrl
  const redisUrl = secrets.redisUrl ?? embedded.redisUrl
  if (!databaseUrl || !redisUrl) throw new StartError('DATABASE_URL and REDIS_URL are required.')
  const handlers = config.role === 'web' ? [] : await loadHandlers()
  const app = createApp({ config, secrets, databaseUrl, redisUrl, log, handlers })
  const stop = await startParts(app.parts).catch(async error => {
    await embedded.stop()
    throw error
  })
  const url = config.publicUrl ?? app.server.url()
  log.info('Tailrace is ready', { url, role: config.role })
  if (config.role !== 'worker' && config.embedded.postgres) {
    // printed, not logged: the link is a secret and must not reach the service logs
    process.stdout.write(
      `\n  Open Tailrace: ${await app.access.createSignInLink(url)}\n  (works once, within 15 minutes; each start prints a new one)\n\n`,
    )
  }
  log.info('Stopping', { signal: await stopSignal })
  const timer = setTimeout(() => process.exit(1), config.shutdownMs + EXIT_GRACE_MS)
  timer.unref()
  app.server.drain()
  await stop()
  await embedded.stop()
}

/** Only processes that run jobs load them. Node adds a default export to modules, which the bundle does not have. */
async function loadHandlers() {
  const { default: _, ...handlers } = await import('../workers/index.js')
  return Object.values(handlers)
}

/**
 * Resolves with the first stop signal; a later one exits at once. Signals that follow immediately are ignored, because
 * npm forwards Ctrl-C to a process that has already received it from the terminal.
 */
function waitForSignal(): Promise<string> {
  return new Promise(resolve => {
    let forceExitFrom = Number.POSITIVE_INFINITY
    const receive = (signal: string) => {
      if (Date.now() > forceExitFrom) process.exit(1)
      forceExitFrom = Math.min(forceExitFrom, Date.now() + DUPLICATE_SIGNAL_MS)
      resolve(signal)
    }
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => receive(signal))
  })
}

const isExpected = (error: unknown) => error instanceof StartError || error instanceof Problem

main().then(
  () => process.exit(0),
  error => {
    const text = isExpected(error) ? messageOf(error) : error.stack
    process.stderr.write(`${text}\n`)
    process.exit(1)
  },
)
