import { type RequestHandler, Router } from 'express'
import type { Access } from '../access'
import type { Endpoint } from '../api'
import { type Coding, contentCodings } from '../base/http/accepted-codings'
import { compress } from '../base/http/compress'
import { linkHost } from '../base/link-host'
import { Lru } from '../base/lru'
import { openApi } from './openapi'
import { SERVER_URL } from './openapi-examples'
import { named, sendsPage } from './pages'
import { factsOf } from './request-log'
import { relaxedPolicy } from './security'

interface DocsSite {
  endpoints: Endpoint[]
  version: string
  /** Known once the process has started. */
  access: Pick<Access, 'cookieName'>
  publicDir: string
}

/** Cached documents: one per server URL and content coding. */
const DOCUMENTS_MAX = 20

/** Hash of the empty string: styled-components adds empty style elements and sets their rules by script. */
const EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
/** Hash of the perfect-scrollbar style sheet, which Redoc always adds. */
const SCROLLBAR_STYLE = "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"
/** What Redoc needs besides the policy of all pages. Its search runs in a worker created from a blob. */
const REDOC_POLICY = {
  'style-src': ["'self'", EMPTY_STYLE, SCROLLBAR_STYLE],
  'worker-src': ['blob:'],
}

/**
 * `/api/openapi.json`, and a readable version at `/api/docs`. Both are public: they hold no tenant data.
 * @param publicUrl the URL that browsers use, if it is set
 */
export function docsRoutes(site: DocsSite, publicUrl: string | undefined): Router {
  const router = Router({ caseSensitive: true })
  router.get('/api/openapi.json', sendsDocument(site, publicUrl))
  router.get('/api/docs', named('/api/docs'), relaxedPolicy(REDOC_POLICY), sendsPage(site.publicDir, 200, 'docs.html'))
  return router
}

function sendsDocument({ endpoints, version, access }: DocsSite, publicUrl: string | undefined): RequestHandler {
  const documents = new Lru<string, string | Buffer>(DOCUMENTS_MAX)
  let template: string | undefined
  const documentFor = async (server: string, coding: Coding | undefined) => {
    template ??= JSON.stringify(openApi(endpoints, version, access.cookieName()))
    const text = template.replaceAll(SERVER_URL, server)
    return coding ? compress(text, coding) : text
  }
  return async (req, res) => {
    factsOf(res).route = '/api/openapi.json'
    const server = publicUrl?.replace(/\/$/, '') ?? `${req.protocol}://${linkHost(req)}`
    const [coding] = contentCodings(req.get('accept-encoding'))
    const key = `${coding} ${server}`
    const document = documents.get(key) ?? (await documentFor(server, coding))
    documents.set(key, document)
    if (coding) res.set('Content-Encoding', coding)
    res.vary('Accept-Encoding').set('Cache-Control', 'no-cache').type('application/json').send(document)
  }
}
