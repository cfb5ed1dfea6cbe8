import { createHash } from 'node:crypto'
import { access, chmod, chown, constants, lstat, mkdir, stat } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { messageOf, StartError } from '../base/errors'
import type { SystemUser } from './child'

/** `sun_path` of a socket address holds 104 bytes on macOS and 108 on Linux, including the terminating NUL. */
const SOCKET_PATH_BYTES_MAX = 103
const LONGEST_SOCKET_NAME = '.s.PGSQL.5432'
/** PostgreSQL limits paths to 1,023 bytes, including those of its data files. */
const DATA_DIR_BYTES_MAX = 900

/** Holds data and programs if root runs Tailrace and only root can enter the data folder or the clone. */
export const SHARED_FOLDER = '/var/lib/tailrace'
/** What to do if the private PostgreSQL cannot run. */
export const USE_OTHER_POSTGRES =
  'Set DATABASE_URL to use an existing PostgreSQL server, or start everything with: docker compose up'

/** Sets the mode explicitly, because PostgreSQL's user must be able to pass through whatever the umask. */
export async function makeSharedFolder(): Promise<void> {
  await mkdir(SHARED_FOLDER, { recursive: true })
  await chmod(SHARED_FOLDER, 0o711)
}

/**
 * Creates DATA_DIR and checks that it is writable. If root creates it, other users can pass through but not list it,
 * because PostgreSQL then runs as its own user.
 */
export async function prepareDataDir(dataDir: string): Promise<void> {
  const problem = problemOf(dataDir)
  if (problem) throw new StartError(`DATA_DIR ${problem}. Choose another folder: DATA_DIR=/path/to/folder npm start`)
  try {
    await makeFolders(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700)
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new StartError(`${dataDir} cannot be used for data: ${messageOf(error)}.
Make it writable for ${currentUser()}, or choose another folder: DATA_DIR=/path/to/folder npm start`)
  }
}

/** Containers may run as a user id without a name. */
function currentUser(): string {
  try {
    return `user "${userInfo().username}"`
  } catch {
    return `user id ${process.getuid?.()}` // `userInfo` only fails if there is no such entry
  }
}

/** Control characters and long paths break the private servers: lock files hold a path per line, and path buffers are fixed. */
function problemOf(dataDir: string): string | undefined {
  if (/\p{Cc}/u.test(dataDir)) return `contains a line break or another control character: ${JSON.stringify(dataDir)}`
  if (Buffer.byteLength(dataDir) > DATA_DIR_BYTES_MAX) return `is longer than ${DATA_DIR_BYTES_MAX} bytes`
  return undefined
}

/**
 * Node's own `recursive` never returns if the system reports ENOENT although the parent exists, as `/proc` does.
 * @throws the system error for the first folder that cannot be created
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
 * Creates a folder for a server's Unix socket that only `owner` may enter. If the path of `wanted` is too long for a
 * socket, it is a short path derived from it in the temporary folder (TMPDIR, or /tmp if that is too long as well).
 */
export async function socketFolder(wanted: string, owner?: SystemUser): Promise<string> {
  const hash = createHash('sha256').update(wanted).digest('hex').slice(0, 16)
  const folder = [wanted, join(tmpdir(), `tailrace-${hash}`)].find(fits) ?? join('/tmp', `tailrace-${hash}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const found = await lstat(folder)
  const uid = owner?.uid ?? process.getuid?.()
  const ours = found.isDirectory() && (found.uid === uid || found.uid === process.getuid?.())
  if (!ours) throw new StartError(`${folder} belongs to another user. Choose a DATA_DIR with a shorter path.`)
  if (owner) await chown(folder, owner.uid, owner.gid)
  await chmod(folder, 0o700)
  return folder
}
