import { signal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { useEffect } from 'preact/hooks'
import { Failure } from '../components/empty'

/**
 * A part of a page whose code is large and loaded when it is first shown.
 * @param placeholder class of what takes its space until then
 */
export function loadedLater<Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
  placeholder: string,
): FunctionComponent<Props> {
  const loaded = signal<FunctionComponent<Props> | null>(null)
  const hasFailed = signal(false)
  const start = async () => {
    if (loaded.peek()) return
    try {
      const component = await load()
      loaded.value = component
      hasFailed.value = false
    } catch {
      hasFailed.value = true
    }
  }
  return props => {
    useEffect(() => void start(), [])
    const Component = loaded.value
    if (Component) return <Component {...props} />
    if (!hasFailed.value) return <div class={placeholder} aria-busy="true" />
    return <Failure message="This part of the page could not be loaded." onRetry={() => void start()} />
  }
}
