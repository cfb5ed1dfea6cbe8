import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../src/base/root'
import { appsOnFreshParts } from '../support/app'

const guide = readFileSync(join(ROOT, 'docs/api.md'), 'utf8')
const commands = [...guide.matchAll(/^```sh\n# run\n([\s\S]*?)^```$/gm)].map(([, text]) => text).join('\n')

test('every command of the API guide works as printed', async () => {
  const apps = await appsOnFreshParts()
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-guide-'))
  try {
    const app = await apps.start()
    const env = { ...process.env, URL: app.url, TOKEN: app.token }
    await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', commands], { cwd: folder, env })
    const written = (name: string) => readFile(join(folder, name), 'utf8')
    expect(await written('stream.txt')).toContain('event: end')
    expect((await written('log.txt')).trim().split('\n')).toHaveLength(200)
    expect(await written('rest.txt')).toContain('event: end')
    expect(JSON.parse(await written('queues.json')).items).toContainEqual(expect.objectContaining({ name: 'demo' }))
  } finally {
    await rm(folder, { recursive: true })
    await apps.stop()
  }
})
