export { createStatusPages } from './create'
export type { StatusPagesMount } from './public-routes'
