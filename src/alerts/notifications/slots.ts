/** Sends at a time to one receiver, in this process. */
const SLOTS_MAX = 4
/** A receiver that fails may take long to do so, and must leave the workers to others. */
const FAILING_SLOTS_MAX = 1

/** How many runs of this process are busy with each receiver. */
export class Slots {
  private readonly busy = new Map<string, number>()

  /** @returns whether there was one; it has to be given back */
  take(receiverId: string, isFailing: boolean): boolean {
    const taken = this.busy.get(receiverId) ?? 0
    if (taken >= (isFailing ? FAILING_SLOTS_MAX : SLOTS_MAX)) return false
    this.busy.set(receiverId, taken + 1)
    return true
  }

  giveBack(receiverId: string): void {
    const left = (this.busy.get(receiverId) ?? 0) - 1
    if (left > 0) this.busy.set(receiverId, left)
    else this.busy.delete(receiverId)
  }
}
