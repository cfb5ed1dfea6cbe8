import type { Crawl } from '../../src/contract/crawls'
import type { Context } from '../command'

const REASON = 'Ctrl-C in the command line'

/**
 * Lets the first Ctrl-C cancel a crawl, and the second one end the command.
 * @returns aborted once the crawl has been cancelled
 */
export function cancelOnInterrupt({ api, terminal, ...context }: Context, { id }: Crawl, ending: () => void) {
  const cancelled = new AbortController()
  context.onFirstInterrupt(() => {
    terminal.note('\nCancelling the crawl. Press Ctrl-C again not to wait for its end.')
    api.post('/api/crawls/{id}/cancel', { id, body: { reason: REASON } }).then(
      () => cancelled.abort(),
      error => terminal.note(`It could not be cancelled: ${error instanceof Error ? error.message : error}`),
    )
  })
  context.onInterrupt(() => {
    ending()
    return `The crawl may still be running. Follow it: tailrace crawl ${id}   Cancel it: tailrace cancel ${id} --reason ...`
  })
  return cancelled.signal
}
