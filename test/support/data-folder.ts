import { statfsSync } from 'node:fs'
import { chmod, mkdtemp } from 'node:fs/promises'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
/** What the data of all servers of a run need at most, with room for the tests themselves. */
const ROOM_BYTES = 6 * 2 ** 30

/**
 * A new folder for the data of servers, in memory if there is much room: PostgreSQL creates about a thousand files for
 * each database, which takes several times as long on a disk.
 * @param mode by default, PostgreSQL may pass through it: it does not run as root even if the tests do
 */
export async function newDataFolder(mode = 0o711): Promise<string> {
  const folder = await mkdtemp(join(hasRoom() ? MEMORY : tmpdir(), 'tailrace-test-'))
  await chmod(folder, mode)
  return folder
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize > ROOM_BYTES && freemem() > ROOM_BYTES
  } catch {
    return false // systems other than Linux
  }
}
