import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Viewers } from '../../load/viewing/viewers'

type Answer = (res: ServerResponse) => void

const refuse = (res: ServerResponse) => res.writeHead(503, { 'Retry-After': '0' }).end()
const refuseForGood = (res: ServerResponse) => res.writeHead(503).end()
const stream = (res: ServerResponse) => {
  res.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(': hi\n\n')
}

/** Opens one viewer of a server that gives these answers, the last one again and again. */
async function open(answers: Answer[]) {
  let requests = 0
  const server = createServer((_, res) => answers[Math.min(requests++, answers.length - 1)]?.(res))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const viewers = new Viewers()
  const { port } = server.address() as AddressInfo
  const target = { host: '127.0.0.1', port, path: '/', headers: {} }
  try {
    await viewers.open({ targets: [target], count: 1, look: 'count' })
    return { error: undefined, requests, ...viewers.summary() }
  } catch (error) {
    return { error: (error as Error).message, requests, ...viewers.summary() }
  } finally {
    viewers.close()
    server.closeAllConnections()
    server.close()
  }
}

test('a viewer comes back when a busy server says when', async () => {
  expect(await open([refuse, refuse, stream])).toMatchObject({ error: undefined, refusals: 2, faultCount: 0 })
})

test('a viewer that is refused again and again gives up', async () => {
  const seen = await open([refuse])
  expect(seen).toMatchObject({ error: 'A viewer of / was refused with 503', requests: 4, refusals: 3, faultCount: 1 })
})

test('a viewer that is refused for good does not come back', async () => {
  expect(await open([refuseForGood, stream])).toMatchObject({
    error: 'A viewer of / was refused with 503',
    requests: 1,
  })
})
