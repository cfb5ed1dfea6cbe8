import { createLog } from '../../src/base/log'
import { readConfig } from '../../src/config'
import { startEmbedded } from '../../src/embedded'

/** A small program that runs the private servers, for tests that end it in every way. */
async function hold() {
  const { config } = readConfig(process.env)
  const log = createLog({ ...config.log, output: process.stderr })
  const parts = await startEmbedded(config, log)
  process.once('SIGTERM', async () => {
    await parts.stop()
    process.exit(0)
  })
  process.stdout.write(`${JSON.stringify(parts)}\n`)
}

hold().catch(error => {
  process.stderr.write(`${error.name === 'StartError' ? error.message : error.stack}\n`)
  process.exit(1)
})
