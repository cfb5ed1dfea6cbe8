export { countBody } from './body'
export { type HttpAnswer, type HttpAsk, send } from './send'
export { type Notes, WARNING_CODES } from './warnings'
