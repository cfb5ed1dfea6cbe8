import { computed, effect, signal } from '@preact/signals'

export type Times = 'clock' | 'relative' | 'off'
export const TIMES: Times[] = ['clock', 'relative', 'off']

const KEY = 'tailrace.log'

interface Stored {
  /** Absent until chosen. */
  wrap?: boolean
  times?: Times
}

function stored(): Stored {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Stored
  } catch {
    return {}
  }
}

const first = stored()
/** How times are shown: time of day, relative to the start (or to now), or not at all. */
export const times = signal<Times>(TIMES.find(each => each === first.times) ?? 'clock')
const wrapChoice = signal(typeof first.wrap === 'boolean' ? first.wrap : undefined)

/** As in css/narrow.css. */
const narrow = matchMedia('(max-width: 620px)')
const isNarrow = signal(narrow.matches)
narrow.addEventListener('change', () => (isNarrow.value = narrow.matches))

/** Whether long lines wrap. Until it is chosen, they do on a phone. */
export const isWrapped = computed(() => wrapChoice.value ?? isNarrow.value)

effect(() => localStorage.setItem(KEY, JSON.stringify({ wrap: wrapChoice.value, times: times.value })))

export function toggleWrap() {
  wrapChoice.value = !isWrapped.value
}

export function nextTimeFormat() {
  times.value = TIMES[(TIMES.indexOf(times.value) + 1) % TIMES.length] ?? 'clock'
}
