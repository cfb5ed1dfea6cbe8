/** All job handlers. */
export { default as bulkAction } from './bulk-action'
export { default as cleanup } from './cleanup'
export { default as crawl } from './crawl'
export { default as demo } from './demo'
export { default as healthCheck } from './health-check'
export { default as monitorCheck } from './monitor-check'
export { default as notify } from './notify'
export { default as query } from './query'
