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
/** Whether long lines wrap. */
export const isWrapped = signal(first.isWrapped)
/** How times are shown: time of day, relative to the start (or to now), or not at all. */
export const times = signal<Times>(first.times)

effect(() => localStorage.setItem(KEY, JSON.stringify({ isWrapped: isWrapped.value, times: times.value })))

export function nextTimeFormat() {
  times.value = TIMES[(TIMES.indexOf(times.value) + 1) % TIMES.length] ?? 'clock'
}
