import { randomBytes } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartError } from '../base/errors'
import { type Identity, identify } from './process-table'

const TRIES_MAX = 20

/**
 * Locks `dataDir` for this process.
 * @returns a function that releases the lock
 * @throws StartError that names the process holding the lock
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  const file = join(dataDir, 'lock')
  const mine = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  const content = JSON.stringify(await identify(process.pid))
  await writeFile(mine, content, { mode: 0o600 })
  try {
    await take(file, mine, dataDir)
  } finally {
    await rm(mine, { force: true })
  }
  return async () => {
    if ((await read(file)) === content) await rm(file, { force: true })
  }
}

/** Creating a link is atomic, so no process ever reads a half-written lock. */
async function take(file: string, mine: string, dataDir: string) {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const free = await link(mine, file).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return false
        throw error
      },
    )
    if (free) return
    const found = await read(file)
    if (found === undefined) continue
    const holder = await liveHolder(found)
    if (holder) throw new StartError(heldBy(holder, dataDir))
    await removeStale(file, found, mine)
  }
  throw new StartError(`The lock ${file} keeps changing. Are several processes starting on this folder at once?`)
}

const heldBy = ({ pid }: Identity, dataDir: string) =>
  `Tailrace is already running on ${dataDir} (process ${pid}).
Stop it first, or use another folder and port: DATA_DIR=.data-2 PORT=8081 npm start`

async function liveHolder(content: string): Promise<Identity | undefined> {
  const noted = parseIdentity(content)
  const now = noted && (await identify(noted.pid))
  return now && now.started === noted?.started ? now : undefined
}

function parseIdentity(content: string): Identity | undefined {
  try {
    const { pid, started } = JSON.parse(content)
    return Number.isInteger(pid) ? { pid, started } : undefined
  } catch {
    return undefined // a power failure may leave an empty file
  }
}

/** Several processes may find the same stale lock. Renaming is atomic, and shows whether the lock is still the stale one. */
async function removeStale(file: string, stale: string, mine: string) {
  const away = `${mine}.stale`
  try {
    await rename(file, away)
  } catch {
    return
  }
  if ((await read(away)) !== stale) await link(away, file).catch(() => undefined)
  await rm(away, { force: true })
}

const read = (file: string) => readFile(file, 'utf8').catch(() => undefined)
