export { LogViewer } from './log-viewer'
export { LogModel } from './model'
export { type LogSource, logSource, type PageQuery } from './source'
