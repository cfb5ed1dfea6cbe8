import { extname } from 'node:path'
import express, { type RequestHandler, type Response } from 'express'
import { Problem } from '../base/errors'
import { contentCodings, SUFFIXES } from '../base/http/accepted-codings'
import { factsOf } from './request-log'
import { withoutDocumentHeaders } from './security'

/** esbuild adds a content hash to these names: `main-5RTVQ2GK.js`. */
const HASHED_NAME = /-[0-9A-Z]{8}\.\w+(\.map)?$/
const COMPRESSED = /\.(br|gz)$/
/** What a browser may open as a document. */
const DOCUMENT = /\.(html|svg)$/
const YEAR_SECONDS = 365 * 24 * 3600

type Describe = (res: Response, file: { name: string; path: string }) => void

/** Serves the scripts, styles and other assets of a folder. */
export const serveFiles = (folder: string): RequestHandler => serveVariants(folder, describeAsset)

/**
 * Serves the files of a folder. Clients that accept it get the compressed variant made by the build (`app.css.br`, see
 * scripts/compress.mjs). A variant is a representation of its own: length, ETag and ranges are of the compressed bytes.
 * @param describe sets headers; the name is that of the file, the path that of the variant
 */
export function serveVariants(folder: string, describe: Describe): RequestHandler {
  const setHeaders = (res: Response, path: string) => {
    const coding = Object.entries(SUFFIXES).find(([, suffix]) => path.endsWith(suffix))?.[0]
    const name = path.replace(COMPRESSED, '')
    if (coding) res.type(extname(name)).set('Content-Encoding', coding)
    describe(res.vary('Accept-Encoding'), { name, path })
  }
  const serve = express.static(folder, { index: false, redirect: false, setHeaders })
  return (req, res, next) => {
    if (COMPRESSED.test(req.path)) return next() // variants have no URL of their own
    const { url } = req
    const [path = '', query] = url.split(/(?=\?)/)
    const suffixes = contentCodings(req.get('accept-encoding')).map(coding => SUFFIXES[coding])
    const tryNext = () => {
      const suffix = suffixes.shift()
      req.url = suffix === undefined ? url : path + suffix + (query ?? '')
      serve(req, res, (error?: unknown) => {
        req.url = url
        if (error) next(refused(res, error))
        else if (suffix === undefined) next()
        else tryNext()
      })
    }
    tryNext()
  }
}

/** The error for the client; headers that describe the file must not describe the problem document. */
function refused(res: Response, error: unknown): unknown {
  for (const name of ['Content-Encoding', 'ETag', 'Last-Modified']) res.removeHeader(name)
  const { status } = error as { status?: number }
  if (status !== 416) return error
  const message = 'The file is shorter than that.'
  return new Problem(416, 'range_not_satisfiable', message, [{ path: 'header.range', message }])
}

/** Files with a hash in their name never change; all others are revalidated each time (304 by ETag). */
function describeAsset(res: Response, { name }: { name: string }): void {
  Object.assign(factsOf(res), { route: '/{file}', isRoutine: true })
  if (!DOCUMENT.test(name)) withoutDocumentHeaders(res)
  res.set('Cache-Control', HASHED_NAME.test(name) ? `public, max-age=${YEAR_SECONDS}, immutable` : 'public, no-cache')
}
