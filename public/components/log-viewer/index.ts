export { LogViewer } from './log-viewer'
export { LogModel } from './model'
export { logSource } from './source'
