import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { AlertItem } from '../../src/contract/alerts'
import type { Matcher } from '../../src/contract/matchers'
import { ApiError, client, type Fault, messageOf } from '../api'
import { useThrottle } from '../use-throttle'

const TYPING_MS = 300

export interface SilencePreview {
  count: number
  items: AlertItem[]
  recent_count: number
  needs_confirm: boolean
}

/** Which alerts matchers would mute now, as they are entered. The last answer stays until the next one. */
export function usePreview(matchers: readonly Matcher[]) {
  const found = useSignal<SilencePreview | null>(null)
  const problem = useSignal('')
  const faults = useSignal<readonly Fault[]>([])
  const asked = useRef(0)
  const ask = async () => {
    const turn = ++asked.current
    try {
      const answer = await client.post('/api/silences/preview', { body: { matchers: [...matchers] } })
      if (turn !== asked.current) return
      found.value = answer
      problem.value = ''
      faults.value = []
    } catch (error) {
      if (turn !== asked.current) return
      found.value = null
      faults.value = error instanceof ApiError ? error.faults : []
      problem.value = faults.value.length > 0 ? '' : messageOf(error)
    }
  }
  const soon = useThrottle(TYPING_MS, () => void ask())
  const key = JSON.stringify(matchers)
  useEffect(() => {
    asked.current += 1 // an answer to earlier matchers says nothing about these
    if (matchers.length > 0) soon()
    else found.value = null
  }, [key])
  return { found, problem, faults }
}
