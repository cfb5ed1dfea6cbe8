import { useEffect } from 'preact/hooks'
import { onReturn } from './outage'

/** Calls when the server is reachable again after an outage. */
export function useReturn(call: () => void): void {
  useEffect(() => onReturn(call), [call])
}
