import { now } from '../clock'
import { Moment } from '../components/time'
import { roughDuration } from './rough-duration'

/** When the group of an incident is looked at next, and notified if there is something to tell. */
export function NextLook({ at, none = '' }: { at: string | null; none?: string }) {
  if (at === null) return <span class="hint">{none}</span>
  const left = Date.parse(at) - now.value
  return <Moment time={at}>{left < 1_000 ? 'now' : `in ${roughDuration(left)}`}</Moment>
}
