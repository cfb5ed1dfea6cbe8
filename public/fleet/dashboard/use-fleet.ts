import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { watch } from '../../live'
import { perFrame } from '../../per-frame'
import { useFetchOf } from '../../use-fetch'
import { useThrottle } from '../../use-throttle'
import type { StatusCounts } from '../hosts/host'
import { isHostEvent } from '../hosts/live-hosts'
import { type Answered, recentAnswers } from './recent-answers'

/** A host that came or went: counted again, at most this often. */
const AFTER_HOST_MS = 1_500

interface Told {
  type: string
  data?: unknown
}

/** How many hosts are there, kept up by `stats_updated`, and the latest answers to live queries. */
export function useFleet(most: number) {
  const { value: hosts, problem, read } = useFetchOf<{ counts: StatusCounts }>('/api/hosts?limit=1')
  const answers = useSignal<Answered[]>([])
  const readSoon = useThrottle(AFTER_HOST_MS, () => void read())
  useEffect(() => {
    const drawn = perFrame<Answered>(news => {
      answers.value = recentAnswers(answers.peek(), news, most)
    })
    const stop = watch('events', {
      onEvent: event => {
        const { data } = event.data as Told
        if (event.type === 'query_result') drawn.add(data as Answered)
        else if (event.type === 'stats_updated') hosts.value = { counts: (data as { hosts: StatusCounts }).hosts }
        else if (isHostEvent(event)) readSoon()
      },
      onGap: readSoon,
    })
    return () => {
      drawn.stop()
      stop()
    }
  }, [most])
  return { hosts, answers, problem, read }
}
