import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { run } from './command.mjs'
import { ROOT, say } from './root.mjs'

const CHROMIUMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const require = createRequire(`${ROOT}/`)

/** Installs a Redis server if one is needed, missing, and can be installed. Needs dist. */
export async function ensureRedis() {
  if (process.env.REDIS_URL || !canInstall() || (await hasRedis())) return
  // on Debian this package contains the server; redis-server only adds a system service, which must not be started
  await install('Redis', 'redis-tools')
}

async function hasRedis() {
  const { readConfig } = require('./dist/src/config.js')
  const { findRedis } = require('./dist/src/embedded/redis.js')
  return (await findRedis(readConfig({ PATH: process.env.PATH }).config.searchPath)) !== undefined
}

/**
 * Finds a browser for the tests, or installs one if possible.
 * @returns {Promise<string | undefined>} its path; undefined if browser tests must be skipped
 */
export async function ensureChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH
  const found = () => CHROMIUMS.find(existsSync)
  if (!found() && canInstall()) await install('Chromium for the browser tests', 'chromium')
  if (!found())
    say('No Chromium is installed, so the browser tests are skipped. Install it, or set CHROMIUM_PATH to a browser.')
  return found()
}

const canInstall = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

async function install(what, name) {
  say(`Installing ${what} (Debian package "${name}").`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = { env, stdio: ['ignore', 'ignore', 2] }
  const arguments_ = ['install', '-y', '-qq', '--no-install-recommends', name]
  if ((await run('apt-get', arguments_, { ...options, stdio: 'ignore' })) === 0) return
  const steps = [['update', '-qq'], arguments_]
  for (const step of steps) if ((await run('apt-get', step, options)) !== 0) return say(`"apt-get ${step[0]}" failed.`)
}
