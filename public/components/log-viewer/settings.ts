import { effect, signal } from '@preact/signals'

export type Times = 'clock' | 'relative' | 'off'
export const TIMES: Times[] = ['clock', 'relative', 'off']

const KEY = 'tailrace.log'

interface Stored {
  isWrapped: boolean
  times: Times
}

function stored(): Stored {
  try {
    const { isWrapped, times } = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Stored>
    return { isWrapped: isWrapped === true, times: TIMES.find(each => each === times) ?? 'clock' }
  } catch {
    return { isWrapped: false, times: 'clock' }
  }
}

const first = stored()
/** Long lines break instead of running out of sight. */
export const isWrapped = signal(first.isWrapped)
/** When a line was written: time of day, how long after the beginning (or before now), or not at all. */
export const times = signal<Times>(first.times)

effect(() => localStorage.setItem(KEY, JSON.stringify({ isWrapped: isWrapped.value, times: times.value })))

export function nextTimes() {
  times.value = TIMES[(TIMES.indexOf(times.value) + 1) % TIMES.length] ?? 'clock'
}
