import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { cpuSecondsOf, rssBytesOf } from '../processes'
import { freePort } from './free-port'

const READY_TRIES = 400

/** A server of a Debian package. */
export interface DebianPeer {
  url: string
  /** CPU seconds that it has used so far. */
  cpuSeconds(): number
  rssBytes(): number
  stop(): Promise<void>
}

interface Start {
  program: string
  configuration: string
  /** @param folder its own, which is removed at the end */
  args(configurationFile: string, folder: string): string[]
  readyPath: string
}

/** Starts a server of Prometheus' family; undefined if it is not installed. */
export async function startDebian(start: Start): Promise<DebianPeer | undefined> {
  const { program, configuration, args, readyPath } = start
  if (!existsSync(program)) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-peer-'))
  const file = join(folder, 'configuration.yml')
  await writeFile(file, configuration)
  const url = `http://127.0.0.1:${await freePort()}`
  const all = [...args(file, folder), '--log.level=error', '--web.listen-address', new URL(url).host]
  const child = spawn(program, all, { stdio: 'inherit' })
  const ended = once(child, 'exit')
  const endWithUs = () => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', endWithUs)
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
    process.off('exit', endWithUs)
  }
  await untilReady(url + readyPath).catch(async error => {
    await stop()
    throw error
  })
  const pid = child.pid ?? 0
  return { url, cpuSeconds: () => cpuSecondsOf(pid), rssBytes: () => rssBytesOf(pid), stop }
}

async function untilReady(url: string) {
  for (let i = 0; i < READY_TRIES; i++) {
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    await delay(25)
  }
  throw new Error(`${url} did not answer`)
}
