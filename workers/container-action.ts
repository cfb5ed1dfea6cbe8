import { containerActionKind, type FollowDeps, followCommand } from '../src/agents'
import { handle, type Jobs } from '../src/jobs'

export default handle(containerActionKind, (run, _input, { agents, jobs }: { agents: FollowDeps; jobs: Jobs }) =>
  followCommand(run, { ...agents, jobs }),
)
