import type { Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { Sources } from './line-row'

interface ProbeProps {
  columns: Signal<number>
  sources: Sources
  hasTimes: boolean
}

const SAMPLE = '0'.repeat(50)

/** An invisible row that measures at which column messages wrap. */
export function Probe({ columns, sources, hasTimes }: ProbeProps) {
  const message = useRef<HTMLSpanElement>(null)
  const sample = useRef<HTMLSpanElement>(null)
  useEffect(() => {
    const element = message.current
    if (!element) return
    const measure = () => {
      const charPx = (sample.current?.getBoundingClientRect().width ?? 0) / SAMPLE.length
      if (charPx > 0) columns.value = Math.max(10, Math.floor(element.clientWidth / charPx))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [sources, hasTimes])
  return (
    <div class="log-row log-probe" aria-hidden="true">
      <span class="log-number" />
      {hasTimes && <span class="log-time" />}
      <span class="log-level" />
      {sources !== 'names' && <span class="log-step" />}
      {sources !== 'none' && <span class="log-source" />}
      <span class="log-message" ref={message}>
        <span class="log-sample" ref={sample}>
          {SAMPLE}
        </span>
      </span>
    </div>
  )
}
