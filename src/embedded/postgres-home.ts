import { randomBytes } from 'node:crypto'
import { chmod, chown, lstat, mkdir, readFile, readlink, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StartError } from '../base/errors'
import type { Log } from '../base/log'
import { run, type SystemUser } from './child'
import { makeSharedFolder, SHARED_FOLDER, USE_OTHER_POSTGRES } from './folders'
import { programsFor } from './postgres-programs'

/** PostgreSQL refuses to run as root, so this user runs it and owns its files. */
const OWN_USER = 'tailrace-db'

export interface PostgresHome {
  /** Holds `data` and the socket; accessible to the server's user. */
  folder: string
  /** Holds `postgres` and `initdb`. */
  programs: string
  user?: SystemUser
}

/**
 * Finds a folder and programs that PostgreSQL's user can access. The folder is `folder` itself, unless root runs
 * Tailrace where only root may enter: then `folder` becomes a link to a new folder in /var/lib/tailrace.
 */
export async function prepareHome(folder: string, log: Log): Promise<PostgresHome> {
  const user = process.getuid?.() === 0 ? await serverUser(folder) : undefined
  if (user) await placeForUser(folder, user, log)
  else await mkdir(folder, { recursive: true, mode: 0o700 })
  const home = await realpath(folder)
  return { folder: home, user, programs: await programsFor(user) }
}

/** Data created by an ordinary user keeps its owner when root starts Tailrace. */
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
  throw new StartError(`PostgreSQL must not run as root, and the user ${OWN_USER} could not be created: ${said.join('; ')}.
Start Tailrace as an ordinary user. ${USE_OTHER_POSTGRES}`)
}

async function placeForUser(folder: string, user: SystemUser, log: Log) {
  const found = await lstat(folder).catch(() => undefined)
  if (found?.isSymbolicLink()) return claim(folder, user)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chown(folder, user.uid, user.gid)
  if (await canWrite(folder, user)) return
  if (await lstat(join(folder, 'data')).catch(() => undefined)) {
    throw new StartError(`PostgreSQL's user (id ${user.uid}) can no longer enter ${folder}.
Make the folders above it accessible (chmod o+x), or move DATA_DIR.`)
  }
  const outside = join(SHARED_FOLDER, randomBytes(6).toString('hex'))
  await rm(folder, { recursive: true })
  await symlink(outside, folder)
  await claim(folder, user)
  log.info('Only root can enter the data folder; the PostgreSQL data is kept in another folder', { folder: outside })
}

/** Prevents a copied DATA_DIR, whose link leads to the original's data, from running a second server on that data. */
async function claim(link: string, user: SystemUser) {
  const outside = await readlink(link)
  const mine = join(await realpath(dirname(link)), 'postgres')
  const note = join(outside, 'used-by')
  const owner = await readFile(note, 'utf8').catch(() => undefined)
  if (owner && owner !== mine && (await readlink(owner).catch(() => undefined)) === outside)
    throw new StartError(`${link} points to ${outside}, which belongs to ${owner}.
Remove the link ${link} to start with an empty database, or choose another DATA_DIR.`)
  await makeSharedFolder()
  await mkdir(outside, { recursive: true })
  await chmod(outside, 0o700)
  await chown(outside, user.uid, user.gid)
  await writeFile(note, mine)
  if (!(await canWrite(outside, user)))
    throw new StartError(`PostgreSQL's user (id ${user.uid}) cannot use ${outside}. ${USE_OTHER_POSTGRES}`)
}

const canWrite = async (folder: string, user: SystemUser) => (await run('test', ['-w', folder], { user })).code === 0
