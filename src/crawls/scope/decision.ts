/** Whether a URL is fetched, and by which rule. The last rule that applies decides. */
export type Decision =
  | { accepted: true }
  | {
      accepted: false
      /** Such as `out_of_scope`, `excluded`, `not_included`, `depth`, `nofollow`, `trap`, `too_long`. */
      reason: string
      /** In words for people, such as `It matches the excluded pattern "/private/"`. */
      explanation: string
      /** Whether the link may be checked with a request of its own: it is only out of scope. */
      isExternal: boolean
    }
