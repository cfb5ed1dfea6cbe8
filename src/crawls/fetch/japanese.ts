/** How much of a body is looked at. */
const SAMPLE_BYTES = 16 * 1024
/** Of the characters outside of ASCII. Japanese text has about half. */
const HIRAGANA_SHARE_MIN = 0.2
const HIRAGANA_MIN = 3

/** ISO-2022-JP consists of ASCII, too; escape sequences switch to Japanese characters. */
export function utf8OrEscaped(body: Buffer): 'utf-8' | 'iso-2022-jp' {
  return body.includes('\x1b$B') || body.includes('\x1b$@') ? 'iso-2022-jp' : 'utf-8'
}

/**
 * Recognises Japanese text by its Hiragana. Their bytes are rare combinations of punctuation marks in other charsets, so
 * that nothing else is taken for Japanese.
 */
export function japaneseCharset(body: Buffer): 'shift_jis' | 'euc-jp' | undefined {
  const sample = body.subarray(0, SAMPLE_BYTES)
  return (['shift_jis', 'euc-jp'] as const).find(charset => isMostlyHiragana(sample, charset))
}

function isMostlyHiragana(sample: Buffer, charset: string): boolean {
  const foreign = new TextDecoder(charset).decode(sample).match(/[^\x00-\x7f]/gu) ?? []
  const hiragana = foreign.filter(char => char >= '\u3041' && char <= '\u3093').length
  const isValid = !foreign.slice(0, -1).includes('\ufffd') // the last one may be cut
  return isValid && hiragana >= HIRAGANA_MIN && hiragana >= foreign.length * HIRAGANA_SHARE_MIN
}
