import { useSignal } from '@preact/signals'
import { useFocus } from '../../use-focus'
import { timeOf } from './jump'

interface JumpFormProps {
  /** Time of a nearby line in milliseconds since 1970; its day applies if only a time of day is entered. */
  near: number
  onLine(line: number): void
  onTime(ms: number): void
  onClose(): void
}

/** Jumps to a line number or a time. */
export function JumpForm({ near, onLine, onTime, onClose }: JumpFormProps) {
  const isWrong = useSignal(false)
  const input = useFocus()
  return (
    <form
      class="log-jump"
      onSubmit={event => {
        event.preventDefault()
        const typed = String(new FormData(event.currentTarget).get('place')).trim()
        const ms = timeOf(typed, near)
        if (/^\d{1,9}$/.test(typed)) onLine(Number(typed))
        else if (ms !== null) onTime(ms)
        else isWrong.value = true
      }}
    >
      <input
        ref={input}
        name="place"
        placeholder="Line or time, for example 1200 or 14:30:05"
        aria-label="Line or time"
        aria-invalid={isWrong.value}
        required
        onInput={() => (isWrong.value = false)}
        onKeyDown={event => {
          if (event.key === 'Escape') onClose()
        }}
      />
      <button type="submit">Go</button>
      {isWrong.value && <span role="alert">Enter a line number or a time.</span>}
    </form>
  )
}
