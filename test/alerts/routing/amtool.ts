import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** `test`, or `test.skip` with a printed reason where Debian's amtool is not installed. */
export const testWithAmtool = ((): typeof test => {
  if (!spawnSync('amtool', ['--version']).error) return test
  process.stderr.write('Skipped: amtool is not installed (apt-get install prometheus-alertmanager)\n')
  return test.skip as typeof test
})()

/** Calls `use` with the path of a file that is removed afterwards. */
export async function withFile<Result>(yaml: string, use: (file: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'amtool-'))
  try {
    const file = join(folder, 'alertmanager.yml')
    await writeFile(file, yaml)
    return await use(file)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** @returns nothing if amtool loads the file, or else why not */
export const faultOf = (yaml: string): Promise<string | undefined> =>
  withFile(yaml, file =>
    run('amtool', ['check-config', file]).then(
      () => undefined,
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    ),
  )

/** The receivers of a label set, in order. */
export async function receiversOf(file: string, labels: Record<string, string>): Promise<string[]> {
  const given = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  const { stdout } = await run('amtool', ['config', 'routes', 'test', `--config.file=${file}`, ...given])
  return stdout.trim().split(',')
}
