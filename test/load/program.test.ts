import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileProgram } from '../support/programs'

let folder: string
let program: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tailrace-programs-'))
  // `startProgram` starts files of dist/
  await compileProgram('test/load/measured.ts')
  program = await compileProgram('test/load/measuring.ts')
})

afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs a scenario against a child program, as the benchmarks do. @returns what it printed */
function run(scenario: string) {
  return new Promise<{ code: number; output: string }>(resolve => {
    execFile(process.execPath, [program, scenario, folder], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    )
  })
}

test('a profile is saved', async () => {
  expect(await run('profile')).toEqual({ code: 0, output: 'done\n' })
  const [file = ''] = await readdir(folder)
  expect(JSON.parse(await readFile(join(folder, file), 'utf8')).nodes).not.toHaveLength(0)
})

test('a profile that cannot be saved ends the scenario with the reason', async () => {
  const { code, output } = await run('no-folder')
  expect(code).toBe(1)
  expect(output).toContain('ENOENT')
})

test('a program that ends while nobody asks it anything ends the scenario with its last words', async () => {
  const { code, output } = await run('crash')
  expect(code).toBe(1)
  expect(output).toMatch(/measured exited with 1[\s\S]*these are the last words/)
})

test('a program that was stopped does not end the scenario', async () => {
  expect(await run('stop')).toEqual({ code: 0, output: 'done\n' })
})
