import type { z } from 'zod'
import type { containerSample } from '../../src/contract/agent-protocol'
import type { Counters } from '../engine'
import { rate } from './rate'

export type ContainerSample = z.output<typeof containerSample>

/**
 * Gauges from two readings of an engine's counters. CPU is by the time that passed, not by the engine's `system_cpu_usage`,
 * which Podman computes otherwise than Docker.
 * @param memoryTotal of the machine: a limit that is not below it is none
 */
export function sampleOf(last: Counters | undefined, now: Counters, memoryTotal: number): ContainerSample {
  const ms = last ? now.at - last.at : 0
  const nsPerSecond = rate(last?.cpuNs, now.cpuNs, ms)
  return {
    cpu: nsPerSecond === null ? null : nsPerSecond / 1e7,
    memory: now.memory,
    memory_limit: now.memoryLimit !== null && now.memoryLimit < memoryTotal ? now.memoryLimit : null,
    rx: rate(last?.rx, now.rx, ms),
    tx: rate(last?.tx, now.tx, ms),
    read: rate(last?.read, now.read, ms),
    write: rate(last?.write, now.write, ms),
    pids: now.pids,
  }
}

/** Below this it is idle: as much as a process that looks at a clock once a second. */
const IDLE_CPU_PERCENT = 0.2
const IDLE_BYTES_PER_SECOND = 1_024

export const isIdle = ({ cpu, rx, tx, read, write }: ContainerSample) =>
  cpu !== null && cpu < IDLE_CPU_PERCENT && [rx, tx, read, write].every(each => (each ?? 0) < IDLE_BYTES_PER_SECOND)
