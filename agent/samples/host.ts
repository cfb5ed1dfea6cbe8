import { readFile, statfs } from 'node:fs/promises'
import { cpus, freemem, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import type { hostSample } from '../../src/contract/agent-protocol'
import { cpuOf, diskBytesOf, memoryOf, networkBytesOf } from './proc'
import { rate } from './rate'

export type HostSample = z.output<typeof hostSample>

interface Reading {
  at: number
  cpu: { busy: number; total: number } | undefined
  network: { rx: number; tx: number } | undefined
  disk: { read: number; write: number } | undefined
}

/** Reads the machine's gauges from /proc. What a machine does not have is null. */
export class HostSampler {
  #last: Reading | undefined

  /** @param root where the machine's root is: another folder if the agent runs in a container */
  constructor(private readonly root: string) {}

  /** Rates and CPU are since the call before. */
  async sample(now = performance.now()): Promise<HostSample> {
    const [stat, memory, network, disks, load, space] = await Promise.all([
      this.#read('proc/stat'),
      this.#read('proc/meminfo'),
      // of the machine, even if the agent has a network of its own
      this.#read(this.root === '/' ? 'proc/net/dev' : 'proc/1/net/dev'),
      this.#read('proc/diskstats'),
      this.#read('proc/loadavg'),
      statfs(this.root).catch(() => undefined),
    ])
    const reading: Reading = {
      at: now,
      cpu: cpuOf(stat),
      network: networkBytesOf(network),
      disk: diskBytesOf(disks),
    }
    const last = this.#last
    this.#last = reading
    const { total, available, swap } = memoryOf(memory)
    return {
      ...ratesOf(last, reading),
      load1: Number.parseFloat(load) || loadavg()[0] || 0,
      memory: total !== undefined && available !== undefined ? total - available : totalmem() - freemem(),
      memory_total: total ?? totalmem(),
      swap: swap ?? null,
      disk: space ? (space.blocks - space.bfree) * space.bsize : null,
      disk_total: space ? space.blocks * space.bsize : null,
    }
  }

  #read(path: string): Promise<string> {
    return readFile(join(this.root, path), 'utf8').catch(() => '')
  }
}

export const cpuCount = () => Math.max(1, cpus().length)

function ratesOf(last: Reading | undefined, now: Reading) {
  const ms = last ? now.at - last.at : 0
  return {
    cpu: share(last?.cpu, now.cpu),
    rx: rate(last?.network?.rx, now.network?.rx, ms),
    tx: rate(last?.network?.tx, now.network?.tx, ms),
    read: rate(last?.disk?.read, now.disk?.read, ms),
    write: rate(last?.disk?.write, now.disk?.write, ms),
  }
}

function share(last: Reading['cpu'], now: Reading['cpu']): number | null {
  if (!last || !now) return null
  const total = now.total - last.total
  const busy = now.busy - last.busy
  // iowait may go backwards (proc(5))
  return total > 0 && busy >= 0 ? Math.min(100, (busy / total) * 100) : null
}
