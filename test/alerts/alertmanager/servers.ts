import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../../support/programs'
import { deadPort } from '../../support/sites'

/** `describe`, or `describe.skip` with a printed reason where a program is missing. */
export function describeWith(program: string, debianPackage: string): jest.Describe {
  if (existsSync(program)) return describe
  process.stderr.write(`Skipped: ${program} is missing (apt-get install ${debianPackage})\n`)
  return describe.skip
}

export interface RealServer {
  url: string
  /** Ends the process, and removes its files. */
  stop(): Promise<void>
}

/**
 * Starts a server of Prometheus' family on a loopback port.
 * @param files contents by name
 * @param argsOf its arguments; `folder` holds the files
 */
export async function startServer(
  program: string,
  files: Record<string, string>,
  argsOf: (where: { folder: string; address: string }) => string[],
): Promise<RealServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-server-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const address = `127.0.0.1:${await deadPort()}`
  const child = spawn(program, argsOf({ folder, address }), { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const url = `http://${address}`
  const isReady = () => {
    if (child.exitCode !== null) throw new Error(`${program} has ended: ${stderr}`)
    return fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
  }
  const stop = async () => {
    await end(child)
    await rm(folder, { recursive: true, force: true })
  }
  await eventually(isReady, `${program} is ready`).catch(async error => {
    await stop()
    throw error
  })
  return { url, stop }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
