export { bodyStart, countBody } from './body'
export { type HttpRequest, type HttpResponse, send } from './send'
export { type Notes, WARNING_CODES } from './warnings'
