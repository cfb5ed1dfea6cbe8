import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** Where programs are, also those that only administrators have in their PATH. */
const folders = () => [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']

/** The path of a program; undefined if it is missing, in which case its tests are skipped with a printed reason. */
export function programOf(name: string, from: string, places = folders()): string | undefined {
  const found = places.map(folder => join(folder, name)).find(existsSync)
  if (!found) process.stderr.write(`Skipped: ${name} is not there (Debian: apt-get install ${from}).\n`)
  return found
}

export const testWith = (program: string | undefined): typeof test => (program ? test : (test.skip as typeof test))

/** Runs a program until it exits. @throws Error with its output if it fails */
export async function run(program: string, args: string[], input = ''): Promise<string> {
  const running = promisify(execFile)(program, args)
  running.child.stdin?.on('error', () => undefined).end(input) // it may end without reading all
  const { stdout, stderr } = await running
  return stdout + stderr
}
