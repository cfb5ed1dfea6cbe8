import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Monitor } from '../../src/contract/monitors'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { SseReader } from '../support/sse'

/** A web server that can be told what to answer, and that can be stopped and started again. */
export async function startSite() {
  const site = { status: 200, body: 'fine', requests: 0, url: '', close: async () => {}, open: async () => {} }
  let server = newServer()
  let port = 0
  function newServer() {
    return createServer((_req, res) => {
      site.requests++
      res.writeHead(site.status, { connection: 'close' }).end(site.body)
    })
  }
  site.open = async () => {
    server = newServer()
    await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
    site.url = `http://127.0.0.1:${port}/`
  }
  site.close = async () => {
    await new Promise(resolve => server.close(resolve))
  }
  await site.open()
  return site
}
export type Site = Awaited<ReturnType<typeof startSite>>

/** An app with monitors, and a reader of the tenant's events. */
export async function startWorld(env: Record<string, string> = {}) {
  const parts = await appsOnFreshParts()
  const app: TestApp = await parts.start(env)
  const events = await SseReader.open(`${app.url}/api/v2/events/stream`, app.headers)
  await events.until(() => events.events.length > 0, 'the stream to open').catch(() => undefined)
  async function send(method: string, path: string, body?: unknown) {
    const response = await fetch(app.url + path, {
      method,
      headers: { ...app.headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text ? JSON.parse(text) : null }
  }
  return {
    parts,
    app,
    events,
    db: app.app.db,
    send,
    async monitor(fields: Record<string, unknown>): Promise<Monitor & { push_url?: string }> {
      const { status, body } = await send('POST', '/api/monitors', fields)
      if (status !== 201) throw new Error(`Refused with ${status}: ${JSON.stringify(body)}`)
      return { ...body.monitor, push_url: body.push_url }
    },
    /** The data of events of a kind about a monitor. */
    told: (kind: string, monitorId: string) =>
      events
        .named(kind)
        .map(({ data }) => (data as { data: Record<string, unknown> }).data)
        .filter(data => data.monitor_id === monitorId),
    async stop() {
      await events.close()
      await parts.stop()
    },
  }
}
export type World = Awaited<ReturnType<typeof startWorld>>
