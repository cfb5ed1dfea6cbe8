import { createApp } from './app'
import { checkContracts } from './base/contract-check'
import { messageOf, Problem, StartError } from './base/errors'
import { startParts } from './base/lifecycle'
import { createLog } from './base/log'
import { readConfig } from './config'
import { startEmbedded } from './embedded'

/** Past the parts' own deadlines: something hangs, and a supervisor should not have to wait for it. */
const EXIT_GRACE_MS = 5_000
const ECHO_MS = 1_000

process.stderr.on('error', () => undefined) // it may be closed or full, too; the program goes on without

async function main() {
  const { config, secrets } = readConfig(process.env)
  checkContracts(config.contractCheckFile)
  const log = createLog(config.log)
  const stopAsked = waitForSignal()
  const embedded = await startEmbedded(config, log)
  const databaseUrl = secrets.databaseUrl ?? embedded.databaseUrl
  const redisUrl = secrets.redisUrl ?? embedded.redisUrl
  if (!databaseUrl || !redisUrl) throw new StartError('DATABASE_URL and REDIS_URL are needed.')
  const handlers = config.role === 'web' ? [] : Object.values((await import('../workers/index.js')).default)
  const app = createApp({ config, secrets, databaseUrl, redisUrl, log, handlers })
  const stop = await startParts(app.parts).catch(async error => {
    await embedded.stop()
    throw error
  })
  const url = config.publicUrl ?? app.server.url()
  log.info('Tailrace is ready', { url, role: config.role })
  if (config.role !== 'worker' && config.embedded.postgres) {
    // Printed, not logged: the link is a secret and must not reach the service logs.
    process.stdout.write(
      `\n  Open Tailrace: ${await app.access.createSignInLink(url)}\n  (works once, for 15 minutes; a new one comes with each start)\n\n`,
    )
  }
  log.info('Stopping', { signal: await stopAsked })
  const timer = setTimeout(() => process.exit(1), config.shutdownMs + EXIT_GRACE_MS)
  timer.unref()
  app.server.drain()
  await stop()
  await embedded.stop()
}

/**
 * Resolves with the first signal to stop; a later one ends the program at once. Not one that follows on its heels:
 * npm passes Ctrl-C on to a program that has it from the terminal already.
 */
function waitForSignal(): Promise<string> {
  return new Promise(resolve => {
    let impatientFrom = Number.POSITIVE_INFINITY
    const take = (signal: string) => {
      if (Date.now() > impatientFrom) process.exit(1)
      impatientFrom = Math.min(impatientFrom, Date.now() + ECHO_MS)
      resolve(signal)
    }
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => take(signal))
  })
}

const isForeseen = (error: unknown) => error instanceof StartError || error instanceof Problem

main().then(
  () => process.exit(0),
  error => {
    const text = isForeseen(error) ? messageOf(error) : error.stack
    process.stderr.write(`${text}\n`)
    process.exit(1)
  },
)
