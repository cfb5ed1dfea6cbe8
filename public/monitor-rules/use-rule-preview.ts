import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { RulePreview } from '../../src/contract/monitor-rules'
import { client, messageOf } from '../api'
import { useThrottle } from '../use-throttle'
import { previewBody, type RuleDraft } from './draft'

const TYPING_MS = 300

/**
 * When a rule would have fired, as its form changes. The last answer stays until the next one. One request at a time,
 * because a long past takes seconds.
 */
export function useRulePreview(draft: RuleDraft) {
  const found = useSignal<RulePreview | null>(null)
  const problem = useSignal('')
  const isAsking = useRef(false)
  const body = previewBody(draft)
  const latest = useRef(body)
  latest.current = body
  const ask = async () => {
    if (isAsking.current) return
    isAsking.current = true
    for (let asked = latest.current; asked; ) {
      const answer = await client.post('/api/rules/preview', { body: asked }).catch(messageOf)
      const isCurrent = JSON.stringify(asked) === JSON.stringify(latest.current)
      if (isCurrent) {
        found.value = typeof answer === 'string' ? null : answer
        problem.value = typeof answer === 'string' ? answer : ''
      }
      asked = isCurrent ? null : latest.current
    }
    isAsking.current = false
  }
  const soon = useThrottle(TYPING_MS, () => void ask())
  useEffect(() => {
    if (body) soon()
    else found.value = null
  }, [JSON.stringify(body)])
  return { found, problem }
}
