import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { StatsUpdatedEvent } from '../../../src/contract/stats'
import { watch } from '../../live'
import { perFrame } from '../../per-frame'
import { useFetch } from '../../use-fetch'
import { useThrottle } from '../../use-throttle'
import { isHostEvent } from '../hosts/live-hosts'
import { type RecentAnswer, recentAnswers } from './recent-answers'

/** Hosts are counted again at most this often after events about hosts. */
const COUNT_MS = 1_500

/** The number of hosts by status, kept up to date by `stats_updated`, and the latest answers to live queries. */
export function useFleet(answersMax: number) {
  const { value, problem, read } = useFetch('/api/hosts', { limit: 1 })
  const answers = useSignal<RecentAnswer[]>([])
  const readSoon = useThrottle(COUNT_MS, () => void read())
  useEffect(() => {
    const frames = perFrame<RecentAnswer>(added => {
      answers.value = recentAnswers(answers.peek(), added, answersMax)
    })
    const stop = watch('events', {
      onEvent: event => {
        const { data } = event.data as { data?: unknown }
        const page = value.peek()
        if (event.type === 'query_result') frames.add(data as RecentAnswer)
        else if (event.type === 'stats_updated' && page)
          value.value = { ...page, counts: (data as StatsUpdatedEvent).hosts }
        else if (isHostEvent(event)) readSoon()
      },
      onGap: readSoon,
    })
    return () => {
      frames.stop()
      stop()
    }
  }, [answersMax])
  return { hosts: value, answers, problem, read }
}
