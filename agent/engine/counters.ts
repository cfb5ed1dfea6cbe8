import type { Counters } from './engine'
import { type Json, listOf, numberOf, objectOf, textOf, timeOf } from './json'

/**
 * Counters from `GET /containers/{id}/stats`, of Docker on either version of cgroups, and Podman.
 * @param now used if the answer has no time
 * @returns null for a container that does not run
 */
export function countersOf(answer: Json, now: number): Counters | null {
  const cpuNs = numberOf(objectOf(objectOf(answer.cpu_stats).cpu_usage).total_usage)
  const memory = objectOf(answer.memory_stats)
  const usage = numberOf(memory.usage)
  const isStopped = !cpuNs && !usage && !numberOf(objectOf(answer.pids_stats).current)
  if (isStopped) return null
  const networks = Object.values(objectOf(answer.networks)).map(objectOf)
  return {
    at: timeOf(answer.read) ?? now,
    cpuNs: cpuNs ?? null,
    memory: usage === undefined ? null : Math.max(0, usage - cacheOf(objectOf(memory.stats))),
    memoryLimit: limitOf(memory.limit),
    ...{ rx: sum(networks.map(each => each.rx_bytes)), tx: sum(networks.map(each => each.tx_bytes)) },
    ...{ read: bytesOf(answer, 'read'), write: bytesOf(answer, 'write') },
    pids: numberOf(objectOf(answer.pids_stats).current) ?? null,
  }
}

/** The page cache that can be freed at once: `cache` on cgroup v1, `inactive_file` on v2, unknown with Podman. */
const cacheOf = (stats: Json) => numberOf(stats.cache) ?? numberOf(stats.inactive_file) ?? 0

/** Engines write an absent limit as 0, as 2^63 or as 2^64; the memory of the machine is recognized later. */
function limitOf(value: unknown): number | null {
  const limit = numberOf(value)
  return limit === undefined || limit === 0 || limit >= 2 ** 60 ? null : limit
}

function bytesOf(answer: Json, operation: 'read' | 'write'): number | null {
  const entries = listOf(objectOf(answer.blkio_stats).io_service_bytes_recursive).map(objectOf)
  return sum(entries.filter(({ op }) => textOf(op).toLowerCase() === operation).map(({ value }) => value))
}

/** Null, not 0, if there is nothing to count. */
function sum(values: unknown[]): number | null {
  const numbers = values.map(numberOf).filter(value => value !== undefined)
  return numbers.length ? numbers.reduce((total, value) => total + value, 0) : null
}
