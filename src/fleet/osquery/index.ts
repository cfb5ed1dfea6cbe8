export { type OsqueryDeps, type OsqueryMount, osqueryMount } from './routes'
