import type { Signal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import {
  canMoveGroup,
  canMoveMonitor,
  movedGroup,
  movedMonitor,
  type Section,
  withGroup,
  withoutGroup,
  withoutMonitor,
} from './draft'

/** The monitors of a page below their headings, with buttons that order them. */
export function SectionsEditor({ sections }: { sections: Signal<Section[]> }) {
  const box = useRef<HTMLFieldSetElement>(null)
  const moved = useRef('')
  // A button that has moved with its row loses the focus.
  useLayoutEffect(() => {
    if (moved.current === '') return
    const [key, direction] = moved.current.split(' ')
    moved.current = ''
    const row = box.current?.querySelector(`[data-row="${key}"]`)
    const buttons = ['up', 'down'].map(each => row?.querySelector<HTMLButtonElement>(`[data-move="${each}"]`))
    const wanted = row?.querySelector<HTMLButtonElement>(`[data-move="${direction}"]`)
    const next = wanted?.disabled ? buttons.find(button => button && !button.disabled) : wanted
    next?.focus()
  }, [sections.value])
  const change = (next: Section[], focus = '') => {
    moved.current = focus
    sections.value = next
  }
  const all = sections.value
  return (
    <fieldset class="page-sections" ref={box}>
      <legend>On the page</legend>
      {all.map((section, at) => (
        <div key={section.key} class="page-section">
          <Heading sections={all} at={at} onChange={change} />
          {section.monitors.length > 0 && (
            <ol class="monitor-choice" aria-label={section.title || 'Monitors without a heading'}>
              {section.monitors.map(({ id, name }, place) => (
                <li key={id} data-row={id}>
                  <span>{name}</span>
                  <MoveButtons
                    name={name}
                    isMovable={by => canMoveMonitor(all, at, place, by)}
                    onMove={(by, direction) => change(movedMonitor(all, at, place, by), `${id} ${direction}`)}
                  />
                  <button
                    type="button"
                    aria-label={`Remove ${name}`}
                    onClick={() => change(withoutMonitor(all, section.key, id))}
                  >
                    Remove
                  </button>
                </li>
              ))}
            </ol>
          )}
          {section.monitors.length === 0 && (section.title !== null || all.length === 1) && (
            <p class="hint">{section.title === null ? 'No monitors yet' : 'Move monitors here with their arrows'}</p>
          )}
        </div>
      ))}
      <button type="button" onClick={() => change(withGroup(all))}>
        Add heading
      </button>
    </fieldset>
  )
}

interface HeadingProps {
  sections: readonly Section[]
  at: number
  onChange(sections: Section[], focus?: string): void
}

/** The heading of a section, to name and to move; the last section has none. */
function Heading({ sections, at, onChange }: HeadingProps) {
  const { key, title } = sections[at] as Section
  if (title === null) return sections.length > 1 ? <p class="hint">Without a heading, below the others:</p> : null
  const name = title || `heading ${at + 1}`
  return (
    <div class="page-heading" data-row={key}>
      <input
        aria-label={`Heading ${at + 1}`}
        placeholder="Heading"
        required
        maxLength={200}
        value={title}
        onInput={event => {
          const text = event.currentTarget.value
          onChange(sections.map(section => (section.key === key ? { ...section, title: text } : section)))
        }}
      />
      <MoveButtons
        name={name}
        isMovable={by => canMoveGroup(sections, at, by)}
        onMove={(by, direction) => onChange(movedGroup(sections, at, by), `${key} ${direction}`)}
      />
      <button type="button" aria-label={`Remove ${name}`} onClick={() => onChange(withoutGroup(sections, key))}>
        Remove
      </button>
    </div>
  )
}

const DIRECTIONS = [
  [-1, 'up', '↑'],
  [1, 'down', '↓'],
] as const

interface MoveButtonsProps {
  name: string
  isMovable(by: 1 | -1): boolean
  onMove(by: 1 | -1, direction: string): void
}

const MoveButtons = ({ name, isMovable, onMove }: MoveButtonsProps) => (
  <>
    {DIRECTIONS.map(([by, direction, sign]) => (
      <button
        key={direction}
        type="button"
        data-move={direction}
        aria-label={`Move ${name} ${direction}`}
        disabled={!isMovable(by)}
        onClick={() => onMove(by, direction)}
      >
        {sign}
      </button>
    ))}
  </>
)
