export { SqlEditor } from './sql-editor'
