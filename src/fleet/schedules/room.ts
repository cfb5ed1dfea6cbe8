/** So many bytes may be under way at once; what is more waits for its turn. */
export class Room {
  private used = 0
  private readonly waiting: { bytes: number; go(): void }[] = []

  constructor(private readonly bytesMax: number) {}

  /** Something larger than the room goes alone. */
  async use<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.waiting.length > 0 || !this.fits(bytes)) await new Promise<void>(go => this.waiting.push({ bytes, go }))
    else this.used += bytes
    try {
      return await work()
    } finally {
      this.used -= bytes
      this.admit()
    }
  }

  private fits(bytes: number) {
    return this.used === 0 || this.used + bytes <= this.bytesMax
  }

  private admit() {
    for (let [next] = this.waiting; next && this.fits(next.bytes); [next] = this.waiting) {
      this.waiting.shift()
      this.used += next.bytes
      next.go()
    }
  }
}
