import { request } from 'node:http'
import { appsOnFreshParts, type TestApp } from '../support/app'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start({ TAILRACE_ROLE: 'web' })
})
afterAll(() => parts.stop())

/** Uses node:http, because Node's fetch does not allow a Host header. */
function ask<T>(path: string, host: string, body?: unknown): Promise<T> {
  const headers = { ...app.headers, host, 'content-type': 'application/json', 'x-forwarded-host': 'evil.example' }
  return new Promise((resolve, reject) => {
    const outgoing = request(
      app.url + path,
      { method: body === undefined ? 'GET' : 'POST', headers },
      async response => {
        let text = ''
        for await (const chunk of response) text += chunk
        resolve(JSON.parse(text))
      },
    )
    outgoing.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
  })
}

let count = 0
async function linkFor(host: string) {
  count += 1
  const body = { email: `link-${count}@example.org`, name: 'Ada', role: 'viewer' }
  return new URL((await ask<{ link: string }>('/api/members', host, body)).link).origin
}

test('a one-time link never contains a foreign Host header', async () => {
  const { port } = new URL(app.url)
  expect(await linkFor('evil.example')).toBe(app.url)
  expect(await linkFor(`evil.example:${port}`)).toBe(app.url)
  expect(await linkFor(`localhost:${port}`)).toBe(`http://localhost:${port}`)
  const admin = { email: 'first@example.org', name: 'First' }
  const { link } = await ask<{ link: string }>('/api/tenants', 'evil.example', { name: 'Acme', admin })
  expect(new URL(link).origin).toBe(app.url)
})

test('neither do the flags for adding a host, nor the API document', async () => {
  const enrollment = await ask<{ flags: string[] }>('/api/hosts/enrollment', 'evil.example')
  expect(JSON.stringify(enrollment)).not.toContain('evil.example')
  expect(enrollment.flags[0]).toBe(`--tls_hostname=${new URL(app.url).host}`)
  expect(JSON.stringify(await ask('/api/openapi.json', 'evil.example'))).not.toContain('evil.example')
})

test('with PUBLIC_URL set, links contain it whatever the Host header says', async () => {
  const other = await parts.start({ TAILRACE_ROLE: 'web', PUBLIC_URL: 'https://tailrace.example/' })
  const body = { email: 'public@example.org', name: 'Ada', role: 'viewer' }
  const made = (await (await other.post('/api/members', body)).json()) as { link: string }
  expect(made.link).toMatch(/^https:\/\/tailrace\.example\/sign-in\?code=/)
})
