import { createHash } from 'node:crypto'
import { access, chmod, chown, constants, lstat, mkdir, stat } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { messageOf, StartError } from '../base/errors'
import type { SystemUser } from './child'

/** `sun_path` of a socket address holds 104 bytes on macOS, 108 on Linux, the ending zero included. */
const SOCKET_PATH_BYTES_MAX = 103
const LONGEST_SOCKET_NAME = '.s.PGSQL.5432'
/** PostgreSQL takes paths of 1,023 bytes, those of the files in its data included. */
const DATA_DIR_BYTES_MAX = 900

/** For data and programs of root, when the data folder or the clone lies where only root may enter. */
export const OUTSIDE = '/var/lib/tailrace'
/** The way out when no PostgreSQL of our own can run. */
export const ELSEWHERE =
  'Set DATABASE_URL to use a PostgreSQL that already runs, or start everything with: docker compose up'

/** Whatever the umask: PostgreSQL's user passes through. */
export async function makeOutside(): Promise<void> {
  await mkdir(OUTSIDE, { recursive: true })
  await chmod(OUTSIDE, 0o711)
}

/**
 * Makes DATA_DIR and proves that it can be written. As root others may pass through but not look inside:
 * PostgreSQL runs as a user of its own.
 */
export async function prepareDataDir(dataDir: string): Promise<void> {
  const problem = problemOf(dataDir)
  if (problem) throw new StartError(`DATA_DIR ${problem}. Choose another folder: DATA_DIR=/path/to/folder npm start`)
  try {
    await makeFolders(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700)
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new StartError(`${dataDir} cannot be used to keep data in: ${messageOf(error)}.
Make it writable for ${ownUser()}, or choose another folder: DATA_DIR=/path/to/folder npm start`)
  }
}

/** Containers may run as a number that the system has no name for. */
function ownUser(): string {
  try {
    return `user "${userInfo().username}"`
  } catch {
    return `user number ${process.getuid?.()}` // the only failure: there is no such entry
  }
}

/** The private servers take neither: their notes have a path per line, and both have buffers for paths. */
function problemOf(dataDir: string): string | undefined {
  if (/\p{Cc}/u.test(dataDir)) return `holds a line break or another control character: ${JSON.stringify(dataDir)}`
  if (Buffer.byteLength(dataDir) > DATA_DIR_BYTES_MAX) return `is longer than ${DATA_DIR_BYTES_MAX} bytes`
  return undefined
}

/**
 * Node's own `recursive` never comes back where a system says ENOENT although the parent is there, as `/proc` does.
 * @throws what the system says of the first folder that cannot be made
 */
async function makeFolders(folder: string, mode: number): Promise<void> {
  const parent = dirname(folder)
  try {
    await mkdir(folder, { mode })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return
    if (code !== 'ENOENT' || (await lstat(parent).catch(() => undefined))) throw error
    await makeFolders(parent, mode)
    await makeFolders(folder, mode)
  }
}

const fits = (folder: string) => Buffer.byteLength(join(folder, LONGEST_SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX

/**
 * A folder for a server's Unix socket that only `owner` may enter: `wanted`, or when that path is too long
 * for a socket, always the same short one in the folder for temporary files (TMPDIR, or /tmp when that is too long as well).
 */
export async function socketFolder(wanted: string, owner?: SystemUser): Promise<string> {
  const mark = createHash('sha256').update(wanted).digest('hex').slice(0, 16)
  const folder = [wanted, join(tmpdir(), `tailrace-${mark}`)].find(fits) ?? join('/tmp', `tailrace-${mark}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = await lstat(folder)
  const uid = owner?.uid ?? process.getuid?.()
  const ours = found.isDirectory() && (found.uid === uid || found.uid === process.getuid?.())
  if (!ours) throw new StartError(`${folder} belongs to another user. Choose a DATA_DIR with a shorter path.`)
  if (owner) await chown(folder, owner.uid, owner.gid)
  await chmod(folder, 0o700)
  return folder
}
