import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ROOT, say } from './root.mjs'

const FOLDER = join(ROOT, 'dist')
const FILE = join(FOLDER, '.setting-up')
/** No setup takes this long: an older lock is stale, even if its pid has been reused. */
const AGE_MS_MAX = 15 * 60_000

/** Runs `work` while no other process of this clone installs or builds. */
export async function withLock(work) {
  const mine = `${FILE}.${process.pid}`
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(mine, `${process.pid} ${startOf(process.pid)}`)
  const release = () => rmSync(FILE, { force: true })
  try {
    for (let tries = 0; !take(mine); tries++) {
      if (tries === 0) say('Waiting for another Tailrace process that is installing or building in this folder.')
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
    const [pid, started] = readFileSync(FILE, 'utf8').split(' ')
    if (Date.now() - statSync(FILE).mtimeMs > AGE_MS_MAX) return true
    process.kill(Number(pid), 0)
    return startOf(pid) !== (started ?? '')
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

/**
 * Start time of a process (field 22 of /proc/PID/stat), because pids are reused; empty without /proc. `ended` for a zombie, which
 * still accepts signals.
 */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return afterName[0] === 'Z' ? 'ended' : afterName[22 - 3]
  } catch {
    return ''
  }
}
