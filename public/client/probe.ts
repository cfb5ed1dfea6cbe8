import type { Ask, Transport } from './transport'

/** Whether a way of transport brings anything. It is closed at the first event, which nobody is shown. */
export async function probe(transport: Transport, ask: Ask, signal: AbortSignal): Promise<boolean> {
  const found = new AbortController()
  const ignore = () => undefined
  const sink = {
    opened: ignore,
    frame: ({ event }: { event: string }) => {
      if (event !== 'overloaded') found.abort()
    },
    id: ignore,
    retry: ignore,
  }
  await transport(ask, sink, AbortSignal.any([signal, found.signal]))
  return found.signal.aborted
}
