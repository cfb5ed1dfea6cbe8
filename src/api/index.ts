export {
  type AnyReply,
  accepted,
  type Call,
  created,
  type Endpoint,
  endpoint,
  noContent,
  ok,
  type Reply,
} from './endpoint'
export { pageOf, readCursor, writeCursor } from './page'
export { DEFAULT_TENANT_ID, may, type Principal, requireInstallation, runsInstallation } from './principal'
