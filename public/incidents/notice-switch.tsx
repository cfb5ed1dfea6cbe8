import { useSignal } from '@preact/signals'
import { areNoticesOn, switchNotices } from './notices'

/** Switches this browser's notifications of critical incidents on or off. It asks for permission only now. */
export function NoticeSwitch() {
  const problem = useSignal('')
  const change = async () => {
    problem.value = await switchNotices(!areNoticesOn.peek())
  }
  return (
    <div class="notice-switch">
      <label class="check-label" title="Also while this tab is in the background, as long as it is open">
        <input type="checkbox" checked={areNoticesOn.value} onChange={() => void change()} />
        Notify me in this browser of critical incidents
      </label>
      <span class="hint" role="status">
        {problem.value}
      </span>
    </div>
  )
}
