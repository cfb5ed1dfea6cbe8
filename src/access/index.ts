export { type Call, type Endpoint, endpoint, ok, type Reply } from './endpoint'
export { type Actor, may, type Principal, ROLES, type Role } from './principal'
