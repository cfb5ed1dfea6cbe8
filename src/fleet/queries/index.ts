export { createQueries, type QueriesPart } from './create'
export { type QueryInput, query } from './kind'
export { performQuery } from './perform'
export type { Queries } from './queries'
