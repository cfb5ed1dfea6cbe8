export { type BodyCount, countBody } from './body'
export { type HttpAnswer, type HttpAsk, send } from './send'
export { createNotes, type Notes, WARNING_CODES, type Warning, type WarningCode } from './warnings'
