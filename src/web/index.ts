export type { Check } from './health'
export type { Mount } from './mounts'
export { createServer, type Site, type WebDeps, type WebServer } from './server'
export type { Upgrade } from './upgrades'
