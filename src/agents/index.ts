export { type AgentsDeps, createAgents } from './area'
export { type FollowDeps, followCommand } from './commands/follow'
export * from './kinds'
export * as agentKinds from './kinds'
