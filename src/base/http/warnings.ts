/** Server errors that clients tolerate. Listed in docs/health-checks.md. */
export const WARNING_CODES = [
  'status_line_malformed',
  'bare_line_feed',
  'header_folded',
  'header_name_space',
  'header_name_invalid',
  'header_without_colon',
  'header_control_character',
  'header_not_ascii',
  'head_large',
  'content_length_repeated',
  'content_length_invalid',
  'content_length_ignored',
  'transfer_encoding_unknown',
  'data_after_response',
  'content_encoding_unknown',
  'body_trailing_data',
  'body_checksum_wrong',
  'compressed_data_incomplete',
] as const
export type WarningCode = (typeof WARNING_CODES)[number]

/** A fault in a response that clients can still read. */
export interface Warning {
  code: WarningCode
  /** Human-readable. */
  message: string
}

/** Collects the warnings of one response, at most one per code. */
export function createNotes() {
  const seen = new Set<WarningCode>()
  let added: Warning[] = []

  return {
    add(code: WarningCode, message: string) {
      if (seen.has(code)) return
      seen.add(code)
      added.push({ code, message })
    },

    has: (code: WarningCode) => seen.has(code),

    /** The warnings added since the last call. */
    take(): Warning[] {
      const taken = added
      added = []
      return taken
    },
  }
}

export type Notes = ReturnType<typeof createNotes>
