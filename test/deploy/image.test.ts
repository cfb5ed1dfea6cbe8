import { readFileSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { ROOT } from '../../src/base/root'
import { ownParts } from '../support/parts'
import { startProgram } from '../support/programs'
import { run } from './programs'

const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
const stage = dockerfile.slice(dockerfile.lastIndexOf('FROM '))
const copies = [...stage.matchAll(/^COPY (?:--from=\w+ )?(\S+) (\S+)$/gm)].map(([, from = '', to = '']) => ({
  from: from.replace('/app/', ''),
  to,
}))
/** The user nobody: neither root nor the owner of the files. */
const OTHER = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
const TOKEN = 'token-of-the-image-test'

/** The final image stage as a folder, with the packages of this clone. */
async function assemble(): Promise<string> {
  await run(process.execPath, [join(ROOT, 'scripts/build.mjs')])
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-image-'))
  for (const { from, to } of copies) {
    const target = to === './' ? join(folder, from) : join(folder, to)
    await mkdir(dirname(target), { recursive: true })
    if (from === 'node_modules') await symlink(join(ROOT, from), target)
    else await cp(join(ROOT, from), target, { recursive: true })
  }
  await mkdir(join(folder, 'data'))
  await run('chmod', ['-R', 'a+rX,a-w', folder])
  return folder
}

test('the image runs from a read-only folder as another user, is healthy, and stops cleanly', async () => {
  const [folder, parts] = await Promise.all([assemble(), ownParts()])
  await letIn(parts.redis.url.replace('unix://', ''))
  await letIn(join(new URL(parts.postgres.url).searchParams.get('host') ?? '', '.s.PGSQL.5432'))
  const program = startProgram(
    [process.execPath, '--enable-source-maps', 'dist/src/main.js'],
    {
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: join(folder, 'data'),
      DATABASE_URL: parts.postgres.url,
      REDIS_URL: parts.redis.url,
      TAILRACE_ADMIN_TOKEN: TOKEN,
    },
    { cwd: folder, ...OTHER },
  )
  try {
    const { url = '' } = await Promise.race([
      readyLine(program.process.stdout),
      program.ended.then(({ stderr }) => {
        throw new Error(stderr)
      }),
    ])
    const [, check = ''] = /CMD \["node", "-e", "(.+)"\]/.exec(stage) ?? []
    const healthy = { env: { PORT: new URL(url).port } }
    await run(process.execPath, ['-e', `process.env.PORT = '${healthy.env.PORT}'; ${check}`])
    const page = await fetch(`${url}/admin/queues/`, {
      headers: { authorization: `Bearer ${TOKEN}`, accept: 'text/html' },
    })
    expect(page.status).toBe(200)
    const job = await fetch(`${url}/api/jobs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'demo', input: { steps: [{ name: 'load', lines: 3 }] } }),
    })
    const { links } = JSON.parse(await job.text())
    const lines = await (await fetch(url + links.stream, { headers: { authorization: `Bearer ${TOKEN}` } })).text()
    expect(lines).toContain('event: end')
    program.process.kill('SIGTERM')
    expect(await program.ended).toMatchObject({ code: 0 })
  } finally {
    program.process.kill('SIGKILL')
    await parts.stop()
    await run('chmod', ['-R', 'u+w', folder])
    await rm(folder, { recursive: true })
  }
})

/** The test servers only accept their own users. */
async function letIn(socket: string) {
  await chmod(socket, 0o777)
  for (const folder of [dirname(socket), dirname(dirname(socket))]) await chmod(folder, 0o711)
}

/** The log line with the URL, which is not the first line. */
function readyLine(stdout: NodeJS.ReadableStream | null): Promise<{ url?: string }> {
  return new Promise(resolve => {
    let text = ''
    stdout?.on('data', chunk => {
      text += chunk
      const line = text.split('\n').find(each => each.includes('"url"') && each.endsWith('}'))
      if (line) resolve(JSON.parse(line))
    })
  })
}

test('the image has all packages that the built program needs', async () => {
  await run(process.execPath, [join(ROOT, 'scripts/build.mjs')])
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const text = await run('grep', ['-rhoE', 'require\\("[^"]+"\\)', join(ROOT, 'dist/src'), join(ROOT, 'dist/workers')])
  const names = [...text.matchAll(/require\("([^"]+)"\)/g)].map(([, name = '']) => name)
  const outside = new Set(names.filter(name => !/^(\.|node:)/.test(name)).map(packageOf))
  expect(outside.size).toBeGreaterThan(5)
  expect([...outside].filter(name => !(name in dependencies) && !builtinModules.includes(name))).toEqual([])
})

const packageOf = (path: string) =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')
