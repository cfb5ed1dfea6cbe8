import { randomBytes } from 'node:crypto'
import { chmod, chown, lstat, mkdir, readFile, readlink, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StartError } from '../base/errors'
import type { Log } from '../base/log'
import { run, type SystemUser } from './child'
import { ELSEWHERE, makeOutside, OUTSIDE } from './folders'
import { programsFor } from './postgres-programs'

/** PostgreSQL refuses to run as root; this user owns its files then. */
const OWN_USER = 'tailrace-db'

export interface PostgresHome {
  /** Holds `data` and the socket. The server's user can reach it. */
  folder: string
  /** Holds `postgres` and `initdb`. */
  programs: string
  user?: SystemUser
}

/**
 * Finds a folder and programs that PostgreSQL's user can reach. That is `folder` itself, but for root in a place
 * that only root may enter: then `folder` becomes a link to a new folder below /var/lib/tailrace.
 */
export async function prepareHome(folder: string, log: Log): Promise<PostgresHome> {
  const user = process.getuid?.() === 0 ? await serverUser(folder) : undefined
  if (user) await placeForUser(folder, user, log)
  else await mkdir(folder, { recursive: true, mode: 0o700 })
  const home = await realpath(folder)
  return { folder: home, user, programs: await programsFor(user) }
}

/** Data made by an ordinary user keeps its owner when root starts the program. */
async function serverUser(folder: string): Promise<SystemUser> {
  const data = await lstat(join(folder, 'data')).catch(() => undefined)
  if (data && data.uid !== 0) return { uid: data.uid, gid: data.gid }
  return (await lookUp(OWN_USER)) ?? (await createUser())
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  const answers = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
  if (answers.some(({ code }) => code !== 0)) return undefined
  const [uid, gid] = answers.map(({ output }) => Number(output))
  return uid && gid ? { uid, gid } : undefined
}

async function createUser(): Promise<SystemUser> {
  const ways: [string, string[]][] = [
    ['/usr/sbin/useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', OWN_USER]],
    ['/usr/sbin/adduser', ['-S', '-D', '-H', '-s', '/bin/false', OWN_USER]], // busybox
  ]
  const said: string[] = []
  for (const [file, args] of ways) {
    said.push((await run(file, args)).output.trim())
    const user = await lookUp(OWN_USER)
    if (user) return user
  }
  throw new StartError(`PostgreSQL must not run as root, and the user ${OWN_USER} cannot be made: ${said.join('; ')}.
Start Tailrace as an ordinary user. ${ELSEWHERE}`)
}

async function placeForUser(folder: string, user: SystemUser, log: Log) {
  const found = await lstat(folder).catch(() => undefined)
  if (found?.isSymbolicLink()) return claim(folder, user)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chown(folder, user.uid, user.gid)
  if (await canWrite(folder, user)) return
  if (await lstat(join(folder, 'data')).catch(() => undefined)) {
    throw new StartError(`PostgreSQL's user (number ${user.uid}) can no longer enter ${folder}.
Open the folders above it for passing through (chmod o+x), or move DATA_DIR.`)
  }
  const outside = join(OUTSIDE, randomBytes(6).toString('hex'))
  await rm(folder, { recursive: true })
  await symlink(outside, folder)
  await claim(folder, user)
  log.info('Only root may enter the data folder, so the data of PostgreSQL is kept elsewhere', { folder: outside })
}

/** A copied DATA_DIR would link to the data of the original: two servers on one folder of data. */
async function claim(link: string, user: SystemUser) {
  const outside = await readlink(link)
  const mine = join(await realpath(dirname(link)), 'postgres')
  const note = join(outside, 'used-by')
  const owner = await readFile(note, 'utf8').catch(() => undefined)
  if (owner && owner !== mine && (await readlink(owner).catch(() => undefined)) === outside)
    throw new StartError(`${link} points to ${outside}, which belongs to ${owner}.
Remove the link ${link} to begin with an empty database, or choose another DATA_DIR.`)
  await makeOutside()
  await mkdir(outside, { recursive: true })
  await chmod(outside, 0o700)
  await chown(outside, user.uid, user.gid)
  await writeFile(note, mine)
  if (!(await canWrite(outside, user)))
    throw new StartError(`PostgreSQL's user (number ${user.uid}) cannot use ${outside}. ${ELSEWHERE}`)
}

const canWrite = async (folder: string, user: SystemUser) => (await run('test', ['-w', folder], { user })).code === 0
