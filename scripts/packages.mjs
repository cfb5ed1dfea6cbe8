import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { must } from './command.mjs'
import { withLock } from './lock.mjs'
import { ROOT, say } from './root.mjs'

/** Runs `npm ci` if the packages are missing or do not match package-lock.json. */
export async function ensurePackages() {
  if (installed()) return
  await withLock(async () => {
    if (installed()) return
    say('Installing packages with "npm ci". This happens once and takes about half a minute.')
    const { NODE_ENV, ...env } = process.env // "production" would skip the packages that the build needs
    const npm = env.npm_execpath?.endsWith('.js') ? [process.execPath, env.npm_execpath] : ['npm']
    const options = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
    await must(npm[0], [...npm.slice(1), 'ci', ...options], { env, stdio: ['ignore', 2, 2] })
  })
}

/** npm records installed packages in this file last, so an interrupted install is detected too. */
function installed() {
  const wanted = packagesOf('package-lock.json')
  const present = packagesOf('node_modules/.package-lock.json')
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true
    return path in present ? present[path].version === version : optional
  })
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages
  } catch (error) {
    if (error.code === 'ENOENT' && file.startsWith('node_modules')) return {}
    throw error
  }
}
