import { now } from '../clock'
import { expiryWords } from './words'

/** When a certificate expires, if that is soon. */
export function Expiry({ at }: { at: string | null }) {
  const said = expiryWords(at, now.value)
  if (said === null || at === null) return null
  return (
    <time class={said.isUrgent ? 'is-bad' : 'is-warn'} dateTime={at} title={`The certificate expires at ${at}`}>
      {said.text}
    </time>
  )
}
