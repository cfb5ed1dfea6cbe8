import { FAMILIES, type Family, type Sample } from './families'

/** Prometheus' text format, version 0.0.4. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const CHUNK_CHARS = 64 * 1024

/** Samples by family, because the text format wants all lines of a family in one group. */
export class Exposition {
  readonly #lines = new Map<Family, { owner: string; labels: string; value: number }[]>()

  /** @param owner labels of all these samples: those of a monitor */
  add(owner: Record<string, string>, samples: Iterable<Sample>): void {
    const ownerText = labelText(owner)
    for (const { family, labels, value } of samples) {
      const lines = this.#lines.get(family) ?? []
      this.#lines.set(family, lines)
      lines.push({ owner: ownerText, labels: labels ? labelText(labels) : '', value })
    }
  }

  /** The text in pieces, which are written only when they are taken. */
  *chunks(): Generator<string> {
    let chunk = ''
    for (const [family, help] of Object.entries(FAMILIES)) {
      const lines = this.#lines.get(family as Family)
      if (!lines) continue
      chunk += `# HELP ${family} ${help}\n# TYPE ${family} gauge\n`
      for (const { owner, labels, value } of lines) {
        const all = owner && labels ? `${owner},${labels}` : owner || labels
        chunk += `${family}${all && `{${all}}`} ${value}\n`
        if (chunk.length < CHUNK_CHARS) continue
        yield chunk
        chunk = ''
      }
    }
    if (chunk) yield chunk
  }
}

const labelText = (labels: Record<string, string>) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',')

const ESCAPES: Record<string, string> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }
/** Lone surrogates cannot be sent as UTF-8. */
const escaped = (value: string) => value.toWellFormed().replace(/[\\"\n]/g, character => ESCAPES[character] ?? '')
