import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port'

const PROGRAM = '/usr/bin/prometheus-alertmanager'
const READY_TRIES = 400
/** Of `/proc`, per second. */
const TICKS = 100
/** Groups everything and notifies nobody. */
const CONFIGURATION = 'route: {receiver: nobody, group_wait: 1h}\nreceivers: [{name: nobody}]\n'

/** Prometheus' Alertmanager, which keeps alerts in memory. */
export interface AlertmanagerPeer {
  url: string
  /** CPU seconds that it has used so far. */
  cpuSeconds(): number
  rssBytes(): number
  stop(): Promise<void>
}

/** Starts Debian's Alertmanager; undefined if it is not installed. */
export async function startAlertmanager(): Promise<AlertmanagerPeer | undefined> {
  if (!existsSync(PROGRAM)) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-alertmanager-'))
  const file = join(folder, 'alertmanager.yml')
  await writeFile(file, CONFIGURATION)
  const url = `http://127.0.0.1:${await freePort()}`
  const args = ['--config.file', file, '--storage.path', folder, '--cluster.listen-address=', '--log.level=error']
  const child = spawn(PROGRAM, [...args, '--web.listen-address', new URL(url).host], { stdio: 'inherit' })
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
  await untilReady(url).catch(async error => {
    await stop()
    throw error
  })
  const pid = child.pid ?? 0
  return { url, cpuSeconds: () => cpuSecondsOf(pid), rssBytes: () => rssBytesOf(pid), stop }
}

/** CPU seconds of a process so far, of Linux. */
export function cpuSecondsOf(pid: number): number {
  // after the name in parentheses, which may contain anything
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

export function rssBytesOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
}

async function untilReady(url: string) {
  for (let i = 0; i < READY_TRIES; i++) {
    const isReady = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return
    await delay(25)
  }
  throw new Error('Alertmanager did not start')
}
