import { createHash } from 'node:crypto'
import { type Coding, contentCodings } from '../../base/http/accepted-codings'
import { compress } from '../../base/http/compress'

/** A body that is sent to many: its tag and its compressed forms are computed once. */
export class PublicText {
  readonly etag: string
  private readonly compressed = new Map<Coding, Promise<Buffer>>()

  constructor(
    readonly type: 'html' | 'json',
    readonly text: string,
  ) {
    this.etag = etagOf(text)
  }

  /** @param accepted the `Accept-Encoding` header */
  async bodyFor(accepted: string | undefined): Promise<{ coding?: Coding; body: string | Buffer }> {
    const [coding] = contentCodings(accepted)
    if (!coding) return { body: this.text }
    const compressing = this.compressed.get(coding) ?? compress(this.text, coding)
    this.compressed.set(coding, compressing)
    return { coding, body: await compressing }
  }
}

/** Weak, because a compressed body has the same one (RFC 9110, section 8.8.3). */
export const etagOf = (text: string) => `W/"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`
