import type { Generation } from '../../src/contract/containers'
import { Ago } from '../components/time'
import { shortImage } from './words'

/** The containers that the engine has had under the name: logs and charts go on over all of them. */
export function Generations({ generations }: { generations: readonly Generation[] }) {
  return (
    <section class="panel" aria-label="Generations">
      <h2>Generations</h2>
      <ul class="topic-events">
        {generations.map(({ engine_id, image, created_at, gone_at, exit_code }) => (
          <li key={engine_id}>
            <Ago time={created_at} />
            <span>
              <code>{engine_id.slice(0, 12)}</code> {shortImage(image)}{' '}
              <span class="hint">
                {gone_at === null ? 'is the current one' : 'was replaced'}
                {exit_code !== null && exit_code !== 0 && `, exit code ${exit_code}`}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
