import { maxHeaderSize, type Server } from 'node:http'
import { badRequest, Problem } from '../base/errors'
import { codeOf } from '../base/failure'
import { isTakenOver } from '../base/http/take-over'
import type { LatestResponses } from './http-server'
import { problemOnSocket, unknownClientBody } from './problems'

/**
 * Answers requests that Node cannot parse or that arrive too slowly. Node's own replies have no body, which osquery
 * agents treat as success.
 */
export function answerClientErrors(server: Server, responses: LatestResponses): void {
  server.on('clientError', (error, socket) => {
    const response = responses.get(socket) // a started response cannot be followed by another
    const isAnswering = isTakenOver(socket) || (response?.headersSent && !response.writableFinished)
    if (!socket.writable || isAnswering || codeOf(error) === 'ECONNRESET') socket.destroy()
    else socket.end(problemOnSocket(problemOf(codeOf(error))))
  })
  server.on('checkExpectation', (_req, res) => {
    const problem = new Problem(417, 'expectation_failed', 'Only "Expect: 100-continue" is supported.')
    res.statusCode = problem.status
    res.setHeader('Content-Type', 'application/problem+json').setHeader('Connection', 'close')
    res.end(unknownClientBody(problem))
  })
}

function problemOf(code: string): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem(431, 'headers_too_large', `The headers exceed ${maxHeaderSize} bytes in total.`)
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem(408, 'request_timeout', 'The request did not arrive in time.')
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem(413, 'body_too_large', 'The chunk extensions are too large.')
    default:
      return badRequest([{ path: 'request', message: `The request is not valid HTTP/1.1 (${code || 'unknown'}).` }])
  }
}
