import type { StreamRequest, Transport } from './transport'

/** Whether a transport delivers events. It is closed at the first event, which is discarded. */
export async function probe(transport: Transport, request: StreamRequest, signal: AbortSignal): Promise<boolean> {
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
  await transport(request, sink, AbortSignal.any([signal, found.signal]))
  return found.signal.aborted
}
