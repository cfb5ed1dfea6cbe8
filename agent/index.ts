export { Agent, type AgentOptions } from './agent'
export { type RunOptions, runAgent } from './run-agent'
