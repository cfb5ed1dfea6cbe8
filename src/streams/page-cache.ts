import type { Frame } from './frame'

/** A page holds its text and its encoding for SSE. */
const COPIES = 2

/**
 * Pages of history that several readers of a topic may ask for one after the other, so that each is read and encoded once
 * for all that are not too far apart. Shared by all topics of a process.
 */
export class PageCache {
  private readonly pages = new Map<string, Frame>()
  private bytes = 0

  constructor(private readonly bytesMax: number) {}

  /** The page that starts at this place, if it ends at or before `upTo`. */
  get(place: string, upTo: number): Frame | undefined {
    const page = this.pages.get(place)
    return page && page.last <= upTo ? page : undefined
  }

  set(place: string, page: Frame): void {
    this.delete(place)
    this.pages.set(place, page)
    this.bytes += COPIES * page.bytes
    for (const oldest of this.pages.keys()) {
      if (this.bytes <= this.bytesMax) return
      this.delete(oldest)
    }
  }

  private delete(place: string) {
    this.bytes -= COPIES * (this.pages.get(place)?.bytes ?? 0)
    this.pages.delete(place)
  }
}
