import { Router } from 'express'
import type { Access } from '../access'
import type { Endpoint } from '../api'
import { openApi, operationId } from './openapi'
import type { Json } from './openapi-schemas'
import { factsOf } from './request-facts'

interface Site {
  endpoints: Endpoint[]
  version: string
  /** Known once the process has started. */
  access: Pick<Access, 'cookieName'>
}

/** `/api/openapi.json`, and a readable version at `/api/docs`. Both are public: they hold no tenant data. */
export function docsRoutes({ endpoints, version, access }: Site): Router {
  const router = Router({ caseSensitive: true })
  const document = () => openApi(endpoints, version, access.cookieName())
  const files: Record<string, [string, () => string]> = {
    '/api/openapi.json': ['application/json', once(() => JSON.stringify(document()))],
    '/api/docs': ['text/html', once(() => docsPage(endpoints, document()))],
    '/api/docs/style.css': ['text/css', () => STYLE],
  }
  for (const [path, [type, text]] of Object.entries(files))
    router.get(path, (_req, res) => {
      factsOf(res).route = path
      res.set('Cache-Control', 'no-cache').type(type).send(text())
    })
  return router
}

function once(make: () => string): () => string {
  let made: string | undefined
  return () => {
    made ??= make()
    return made
  }
}

function docsPage(endpoints: Endpoint[], document: Json): string {
  const paths = document.paths as Record<string, Record<string, Json>>
  const sections = endpoints.map(each => section(each, paths[each.path]?.[each.method] ?? {}))
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tailrace API</title>
<link rel="stylesheet" href="/api/docs/style.css"></head>
<body><h1>Tailrace API</h1>
<p>Send <code>Authorization: Bearer &lt;token&gt;</code>. Machine-readable version: <a href="/api/openapi.json">OpenAPI 3.1</a>.
Errors are <code>application/problem+json</code>.</p>
${sections.join('\n')}
</body></html>`
}

function section(each: Endpoint, { parameters, requestBody, responses }: Json): string {
  const id = operationId(each)
  const details = JSON.stringify({ parameters, requestBody, responses }, null, 2)
  return `<section id="${id}"><h2><a href="#${id}"><b>${each.method.toUpperCase()}</b> ${escaped(each.path)}</a></h2>
<p>${escaped(each.summary)} <i>${each.role}</i></p>
<details><summary>Parameters, body and responses</summary><pre>${escaped(details)}</pre></details></section>`
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string) => text.replace(/[&<>"']/g, character => ESCAPES[character] ?? character)

const STYLE = `:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { font: 1rem ui-monospace, monospace; margin: 1.5rem 0 0 }
h2 a { color: inherit; text-decoration: none }
p { margin: 0.25rem 0 }
i { opacity: 0.7 }
pre { overflow-x: auto; font-size: 0.8rem }
`
