export { type Carves, type CarvesDeps, createCarves } from './carves'
