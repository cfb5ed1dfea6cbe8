import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ROOT, say } from './root.mjs'

const FOLDER = join(ROOT, 'dist')
const FILE = join(FOLDER, '.setting-up')
/** No set-up takes that long: a lock of that age was left behind, whoever has the process number now. */
const AGE_MS_MAX = 15 * 60_000

/** Runs `work` while no other start, test or build of this clone installs or builds. */
export async function withLock(work) {
  const mine = `${FILE}.${process.pid}`
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(mine, String(process.pid))
  const release = () => rmSync(FILE, { force: true })
  try {
    for (let tries = 0; !take(mine); tries++) {
      if (tries === 0) say('Waiting for another Tailrace that is being set up in this folder.')
      await pause(200)
    }
    process.once('exit', release)
    try {
      return await work()
    } finally {
      process.off('exit', release)
      release()
    }
  } finally {
    rmSync(mine, { force: true })
  }
}

function take(mine) {
  try {
    linkSync(mine, FILE)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (isStale()) rmSync(FILE, { force: true })
    return false
  }
}

function isStale() {
  try {
    process.kill(Number(readFileSync(FILE, 'utf8')), 0)
    return Date.now() - statSync(FILE).mtimeMs > AGE_MS_MAX
  } catch (error) {
    return error.code === 'ESRCH'
  }
}
