import { useEffect, useRef } from 'preact/hooks'
import type { LogModel } from './model'
import { printedText } from './printed-text'

/** The lines as text while the page is printed: the rows on the screen are only those in view. */
export function PrintedLog({ model }: { model: LogModel }) {
  const box = useRef<HTMLPreElement>(null)
  useEffect(() => {
    // Set at once, since the browser does not wait for a rendering.
    const setText = (text: string) => {
      if (box.current) box.current.textContent = text
    }
    const fill = () => setText(printedText(model.lines))
    const clear = () => setText('')
    addEventListener('beforeprint', fill)
    addEventListener('afterprint', clear)
    return () => {
      removeEventListener('beforeprint', fill)
      removeEventListener('afterprint', clear)
    }
  }, [model])
  return <pre class="log-printed" ref={box} />
}
