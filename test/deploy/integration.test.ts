import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../src/base/root'
import { testDatabase, testRedisPrefix, testRedisUrl } from '../support/parts'
import { startProgram } from '../support/programs'

const run = promisify(execFile)
const TOKEN = 'token-of-the-guide-test'
const NEEDED = [
  'src',
  'workers',
  'public',
  'agent',
  'cli',
  'load',
  'text',
  'scripts',
  'migrations',
  'package.json',
  'package-lock.json',
  'dist/public', // what has not changed since is not compressed again
]
const CONFIG = { extends: join(ROOT, 'tsconfig.json'), include: ['src', 'workers'], exclude: [] }

const guide = readFileSync(join(ROOT, 'docs/integration.md'), 'utf8')
/** Code blocks whose first line names their purpose: a file, or `run`. */
const blocks = [...guide.matchAll(/^```(\w+)\n(?:\/\/|#) (\S+)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', name = '', text = '']) => ({ language, name, text }),
)

/** Applies a block with - and + lines to a file, in which the replaced text must occur once. */
function changed(text: string, diff: string): string {
  const lines = diff.split('\n').filter(Boolean)
  const steps: { from: string; to: string[] }[] = []
  for (const each of lines) {
    if (each.startsWith('- ')) steps.push({ from: each.slice(2), to: [] })
    else steps.at(-1)?.to.push(each.slice(2))
  }
  return steps.reduce((now, { from, to }) => {
    expect([from, now.split(from).length]).toEqual([from, 2])
    return now.replace(from, to.join('\n'))
  }, text)
}

test('following the guide gives a new job kind that type-checks, builds and runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-guide-'))
  const database = await testDatabase()
  for (const name of NEEDED) await cp(join(ROOT, name), join(folder, name), { recursive: true })
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const { language, name, text } of blocks) {
    if (language === 'ts') await writeFile(join(folder, name), text)
    if (language === 'diff')
      await writeFile(join(folder, name), changed(await readFile(join(folder, name), 'utf8'), text))
  }
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ ...CONFIG, compilerOptions: { typeRoots: [join(ROOT, 'node_modules/@types')] } }),
  )
  await run(join(ROOT, 'node_modules/.bin/tsc'), ['--noEmit', '-p', folder])
  await run(process.execPath, ['scripts/build.mjs'], { cwd: folder })
  const program = startProgram(
    [process.execPath, 'dist/src/main.js'],
    {
      PORT: '0',
      DATA_DIR: join(folder, '.data'),
      DATABASE_URL: database.url,
      REDIS_URL: testRedisUrl(),
      REDIS_PREFIX: testRedisPrefix(),
      TAILRACE_ADMIN_TOKEN: TOKEN,
    },
    { cwd: folder },
  )
  try {
    const URL = await addressOf(program.process.stdout)
    const commands = blocks.find(({ name }) => name === 'run')?.text ?? ''
    const { stdout } = await run('bash', ['-euc', commands], { cwd: folder, env: { ...process.env, URL, TOKEN } })
    expect(stdout).toContain('localhost has ')
    expect(stdout).toContain('event: end')
    const job = JSON.parse(stdout.split('\n').at(-1) ?? '')
    expect(job).toMatchObject({ kind: 'dns-lookup', status: 'completed', steps: [{ name: 'resolve' }] })
  } finally {
    program.process.kill('SIGTERM')
    await program.ended
    await database.drop()
    await rm(folder, { recursive: true })
  }
})

function addressOf(stdout: NodeJS.ReadableStream | null): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stdout?.on('data', chunk => {
      text += chunk
      const found = /"url":"(http[^"]+)"/.exec(text)
      if (found?.[1]) resolve(found[1])
    })
    stdout?.once('end', () => reject(new Error(`It ended: ${text}`)))
  })
}
