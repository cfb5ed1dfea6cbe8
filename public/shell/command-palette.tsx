import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { useModal } from '../components/dialog'
import { useFocus } from '../use-focus'
import { PageIcon } from './page-icon'
import { type Command, findCommands, localCommands } from './palette-sources'

/** A pause in typing after which the server is asked. */
const PAUSE_MS = 150

/** Goes to any page, job, host or query, and starts actions: type, choose with the arrow keys, Enter. */
export function CommandPalette({ onClose }: { onClose(): void }) {
  const modal = useModal()
  const input = useFocus()
  const typed = useSignal('')
  const found = useFound(typed.value.trim())
  const commands = [...localCommands(typed.value), ...found]
  const chosen = useSignal(0)
  const at = Math.min(chosen.value, commands.length - 1)

  const run = (command: Command | undefined) => {
    if (!command) return
    onClose()
    command.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) chosen.value = (at + step + commands.length) % Math.max(1, commands.length)
    else if (event.key === 'Enter') run(commands[at])
    else return
    event.preventDefault()
  }
  return (
    <dialog class="palette" ref={modal} aria-label="Search" onClose={onClose}>
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="Search pages, jobs, hosts, queries and actions"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={at >= 0 ? `palette-${at}` : undefined}
        aria-autocomplete="list"
        placeholder="Search pages, jobs, hosts, queries, actions"
        spellcheck={false}
        value={typed.value}
        onInput={event => {
          typed.value = event.currentTarget.value
          chosen.value = 0
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-list" role="listbox" aria-label="Results">
        {commands.map((command, index) => (
          <Option
            key={command.id}
            command={command}
            index={index}
            isChosen={index === at}
            onPoint={() => (chosen.value = index)}
            onRun={() => run(command)}
          />
        ))}
        {commands.length === 0 && <p class="hint">No results</p>}
      </div>
    </dialog>
  )
}

interface OptionProps {
  command: Command
  index: number
  isChosen: boolean
  onPoint(): void
  onRun(): void
}

function Option({ command: { title, group, note, page }, index, isChosen, onPoint, onRun }: OptionProps) {
  const line = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (isChosen) line.current?.scrollIntoView({ block: 'nearest' })
  }, [isChosen])
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus and names the active option (ARIA combobox)
    // biome-ignore lint/a11y/useKeyWithClickEvents: the input answers the keys
    <div
      ref={line}
      id={`palette-${index}`}
      role="option"
      aria-selected={isChosen}
      class="palette-option"
      onMouseMove={onPoint}
      onClick={onRun}
    >
      <PageIcon page={page} />
      <span class="palette-title">{title}</span>
      {note && <span class="hint">{note}</span>}
      <span class="spacer" />
      <span class="hint">{group}</span>
    </div>
  )
}

/** What the server finds for a text, once typing pauses; answers to earlier texts are dropped. */
function useFound(text: string): readonly Command[] {
  const found = useSignal<readonly Command[]>([])
  useEffect(() => {
    found.value = []
    if (text.length < 2) return
    let isLatest = true
    const timer = setTimeout(async () => {
      const commands = await findCommands(text)
      if (isLatest) found.value = commands
    }, PAUSE_MS)
    return () => {
      isLatest = false
      clearTimeout(timer)
    }
  }, [text])
  return found.value
}
