export { Commands, type Report } from './commands'
export { Journal } from './journal'
export { ownContainerId, Policy } from './policy'
