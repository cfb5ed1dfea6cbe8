/** What a server does wrong and clients put up with. Listed in docs/health-checks.md. */
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

/** A fault of a response that does not keep clients from reading it. */
export interface Warning {
  code: WarningCode
  /** For people. */
  message: string
}

/** Collects the warnings of one response: the first of each code, so that there are never more than codes. */
export function createNotes() {
  const seen = new Set<WarningCode>()
  let fresh: Warning[] = []

  return {
    add(code: WarningCode, message: string) {
      if (seen.has(code)) return
      seen.add(code)
      fresh.push({ code, message })
    },

    /** Those that came since the last call. */
    take(): Warning[] {
      const taken = fresh
      fresh = []
      return taken
    },
  }
}

export type Notes = ReturnType<typeof createNotes>
