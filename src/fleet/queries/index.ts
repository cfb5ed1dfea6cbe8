export { createQueries, type QueriesPart } from './create'
export { query } from './kind'
export type { Queries } from './queries'
export { runQuery } from './run-query'
