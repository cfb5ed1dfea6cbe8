import { maxHeaderSize, type Server } from 'node:http'
import { badRequest, Problem } from '../base/errors'
import { codeOf } from '../base/failure'
import type { LatestResponses } from './http-server'
import { problemOnSocket, strangersBody } from './problems'

/**
 * Answers what Node's parser cannot make a request of, and what does not come in time. Node's own answers have no body, which an agent of osquery
 * takes for success.
 */
export function answerUnreadable(server: Server, responses: LatestResponses): void {
  server.on('clientError', (error, socket) => {
    const response = responses.get(socket) // what has begun cannot be followed by another
    const isAnswering = response?.headersSent && !response.writableFinished
    if (!socket.writable || isAnswering || codeOf(error) === 'ECONNRESET') socket.destroy()
    else socket.end(problemOnSocket(problemOf(codeOf(error))))
  })
  server.on('checkExpectation', (_req, res) => {
    const problem = new Problem(417, 'expectation_failed', 'Nothing but "Expect: 100-continue" is understood.')
    res.statusCode = problem.status
    res.setHeader('Content-Type', 'application/problem+json').setHeader('Connection', 'close')
    res.end(strangersBody(problem))
  })
}

function problemOf(code: string): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(431, 'headers_too_large', `The headers are larger than ${maxHeaderSize} bytes together.`)
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(408, 'request_timeout', 'The request did not come in time.')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem(413, 'body_too_large', 'The extensions of the chunks are too large.')
    default:
      return badRequest([{ path: 'request', message: `This is not valid HTTP/1.1 (${code || 'unknown'}).` }])
  }
}
