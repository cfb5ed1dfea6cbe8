import { readFileSync, writeFileSync } from 'node:fs'

/** Of `/proc`, per second. */
const TICKS = 100

/** CPU seconds of a process so far, of Linux. */
export const cpuSecondsOf = (pid: number): number => secondsIn(pid, [11, 12])

/** CPU seconds of all processes that a process has started and that have ended since. */
export const cpuSecondsOfEnded = (pid: number): number => secondsIn(pid, [13, 14])

function secondsIn(pid: number, places: readonly number[]): number {
  // after the name in parentheses, which may contain anything
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return places.reduce((sum, place) => sum + Number(fields[place]), 0) / TICKS
}

/** Processes that it has started and that have not ended. */
export const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

export const rssBytesOf = (pid: number): number => memoryOf(pid, 'VmRSS')

/** The most since the start, or since `resetPeakRss`. */
export const peakRssBytesOf = (pid: number): number => memoryOf(pid, 'VmHWM')

/** See proc_pid_clear_refs(5). */
export const resetPeakRss = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5')

const memoryOf = (pid: number, field: string) =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
