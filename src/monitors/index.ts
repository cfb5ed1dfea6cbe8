export { checkHttp, type HttpCheck } from './checks/http'
export type { HttpOutcome } from './checks/outcome'
export type { Trace } from './checks/phases'
export { healthCheck } from './jobs'
