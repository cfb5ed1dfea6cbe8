import { execFile } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../src/config'
import { makeZombie, startProgram } from '../support/programs'

const LOCK = {
  packages: {
    '': { name: 'clone' },
    'node_modules/needed': { version: '1.0.0' },
    'node_modules/other-platform': { version: '1.0.0', optional: true },
  },
}
/** A fake npm that records each call, takes a moment, and writes the files that npm would write. */
const NPM = `#!/bin/sh
echo "$@" NODE_ENV="$NODE_ENV" >> calls
mkdir -p node_modules
[ -e fails ] && exit 7
sleep 0.3
cp installed.json node_modules/.package-lock.json
`

let clone: string

beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'tailrace-clone-'))
  await cp(join(ROOT, 'scripts'), join(clone, 'scripts'), { recursive: true })
  await mkdir(join(clone, 'bin'))
  await writeFile(join(clone, 'bin/npm'), NPM)
  await chmod(join(clone, 'bin/npm'), 0o755)
  await writeFile(join(clone, 'package.json'), '{}')
  await lockWith('1.0.0')
})

afterEach(() => rm(clone, { recursive: true }))

async function lockWith(version: string) {
  const lock = structuredClone(LOCK)
  lock.packages['node_modules/needed'].version = version
  await writeFile(join(clone, 'package-lock.json'), JSON.stringify(lock))
  const { 'node_modules/needed': needed } = lock.packages
  await writeFile(join(clone, 'installed.json'), JSON.stringify({ packages: { 'node_modules/needed': needed } }))
}

async function ensure() {
  const script = `import('./scripts/packages.mjs').then(({ ensurePackages }) => ensurePackages())`
  const env = { PATH: `${join(clone, 'bin')}:${process.env.PATH}`, NODE_ENV: 'production' }
  return startProgram([process.execPath, '-e', script], env, { cwd: clone }).ended
}

const calls = async () => (await readFile(join(clone, 'calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean)

test('installs missing packages, including those of the build, and says so', async () => {
  const { code, stderr } = await ensure()
  expect(code).toBe(0)
  expect(stderr).toContain('npm ci')
  expect(await calls()).toEqual([expect.stringMatching(/^ci .*--include=dev.* NODE_ENV=$/)])
})

test('installs again only if the lock file has changed', async () => {
  await ensure()
  expect((await ensure()).stderr).toBe('')
  expect(await calls()).toHaveLength(1)
  await lockWith('2.0.0')
  await ensure()
  expect(await calls()).toHaveLength(2)
})

test('two simultaneous starts install once', async () => {
  const endings = await Promise.all([ensure(), ensure(), ensure()])
  expect(endings.map(({ code }) => code)).toEqual([0, 0, 0])
  expect(await calls()).toHaveLength(1)
})

test('a failed install ends the start with its exit code, and the next start retries', async () => {
  await writeFile(join(clone, 'fails'), '')
  expect((await ensure()).code).toBe(7)
  await rm(join(clone, 'fails'))
  expect((await ensure()).code).toBe(0)
})

test('the lock of a killed setup does not block the next one', async () => {
  await mkdir(join(clone, 'dist'))
  await writeFile(join(clone, 'dist/.setting-up'), String(2 ** 22 - 1))
  expect((await ensure()).code).toBe(0)
})

test.each([
  ['is a zombie', ''],
  ['is that of another process now', ' 1'],
])('a lock whose pid %s does not block the next setup', async (_what, started) => {
  const zombie = await makeZombie()
  await mkdir(join(clone, 'dist'))
  await writeFile(join(clone, 'dist/.setting-up'), started ? `${process.pid}${started}` : String(zombie.pid))
  expect((await ensure()).code).toBe(0)
  zombie.release()
})

test.each([
  ['UTF-8', (text: string) => Buffer.from(text)],
  ['UTF-16', (text: string) => Buffer.from(text, 'utf16le')],
])(
  '.env in %s may start with a byte order mark; variables that are already set take precedence',
  async (_what, encode) => {
    await writeFile(join(clone, '.env'), encode('\ufeffPORT=1234\nHOST="::1"\nTHERE=file\n'))
    const script = `import('./scripts/root.mjs').then(({ loadEnvFile }) => {
    loadEnvFile()
    process.stdout.write(JSON.stringify([process.env.PORT, process.env.HOST, process.env.THERE]))
  })`
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      cwd: clone,
      env: { THERE: 'set' },
    })
    expect(JSON.parse(stdout)).toEqual(['1234', '::1', 'set'])
  },
)

test('package-lock.json has the packages of all platforms', async () => {
  await promisify(execFile)(process.execPath, ['scripts/complete-lock.mjs', '--check'], { cwd: ROOT })
})
