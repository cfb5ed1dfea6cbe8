import { once } from 'node:events'
import { connect } from 'node:net'
import { deadline } from '../../src/base/deadline'
import { send } from '../../src/base/http'
import { closeSites, tcpSite } from '../support/sites'

afterEach(closeSites)

const ask = { url: new URL('http://localhost/'), method: 'GET', headers: {} }
const { signal } = new AbortController()

describe('a connection that ends before the request', () => {
  test('by a cancellation or the deadline', async () => {
    const site = await tcpSite(() => {})
    const socket = connect(site.port, '127.0.0.1')
    const reason = new Error('cancelled')
    await expect(send(socket, ask, AbortSignal.abort(reason))).rejects.toBe(reason)
    const limit = deadline(signal, 0)
    await once(limit.signal, 'abort')
    expect(await send(socket, ask, limit.signal)).toMatchObject({ error: { code: 'timeout' } })
    socket.destroy()
  })

  test('by a regular close', async () => {
    const site = await tcpSite(socket => socket.end())
    const socket = connect(site.port, '127.0.0.1')
    await once(socket, 'end')
    expect(await send(socket, ask, signal)).toMatchObject({ error: { code: 'response_empty' } })
    socket.destroy()
    expect(await send(socket, ask, signal)).toMatchObject({ error: { code: 'response_empty' } })
  })

  test('by a reset', async () => {
    const site = await tcpSite(socket => socket.resetAndDestroy())
    const socket = connect(site.port, '127.0.0.1')
    await once(socket, 'error')
    expect(await send(socket, ask, signal)).toMatchObject({ error: { code: 'connection_reset' } })
  })
})
