import type { ContainerEvent } from '../../src/contract/containers'
import { clean } from '../../text/display'
import { type Printer, textPrinter } from '../output/printer'
import type { Terminal } from '../output/terminal'
import { clock } from '../output/times'

/** Prints the lines of a container and, between them, what the engine reported. */
export function logPrinter(terminal: Terminal): Printer {
  return {
    ...textPrinter(terminal),
    status() {},
    event({ type, data }) {
      if (type !== 'container_event') return
      const { at, action, exit_code } = data as ContainerEvent
      const code = exit_code === null ? '' : ` (exit code ${exit_code})`
      terminal.write(`${terminal.paint('dim', clock(at))} ${terminal.paint('cyan', `== ${clean(action)}${code}`)}\n`)
    },
    end() {},
  }
}
