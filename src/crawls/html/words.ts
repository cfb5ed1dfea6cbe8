/** White space, and NUL, which PostgreSQL cannot store. Single spaces, the most common, are left alone: that is faster. */
const GAPS = /(?: (?=[\s\0])|[^\S ]|\0)[\s\0]*/g

/** One space between words. */
export const collapsed = (text: string): string => text.replace(GAPS, ' ')

/** Text as people read it: one space between words, none around. */
export const words = (text: string): string => collapsed(text).trim()

/** @param max characters; never half of a pair of surrogates */
export function cutTo(text: string, max: number): string {
  if (text.length <= max) return text
  const isPair = /[\ud800-\udbff]/.test(text.charAt(max - 1))
  return text.slice(0, isPair ? max - 1 : max)
}

/** @param max bytes of UTF-8 */
export function cutToBytes(text: string, max: number): string {
  if (text.length * 3 <= max) return text
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(max))
  return text.slice(0, read)
}
