import type { ContainerCommand } from '../../src/contract/containers'
import { Ago } from '../components/time'
import { commandWords } from './words'

interface CommandListProps {
  commands: readonly ContainerCommand[]
  /** Whether it is said which container an action is of. */
  hasNames?: boolean
}

/** The latest actions on containers: who, why, and what became of them. */
export function CommandList({ commands, hasNames = false }: CommandListProps) {
  return (
    <section class="panel" aria-label="Actions">
      <h2>Actions</h2>
      {commands.length === 0 && <p class="hint">Nobody has started, stopped or restarted anything here yet.</p>}
      <ul class="topic-events">
        {commands.map(command => (
          <li key={command.id}>
            <Ago time={command.created_at} />
            <span>
              {hasNames && <a href={`/containers/${command.container_id}`}>{command.container_name}</a>}{' '}
              <a href={`/jobs/${command.id}`} class={`command-words is-command-${command.status}`}>
                {commandWords(command)}
              </a>
              <span class="hint">
                {' '}
                {command.created_by.name}: {command.reason}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
