export { EngineWatch } from './engine-watch'
export { Inventory } from './inventory'
