export { Connection } from './connection'
export { EnrollError, enroll, type Facts } from './enroll'
export type { Welcome } from './handshake'
export { Identity } from './identity'
