/** Whether a version is equal to or newer than `min`; non-numeric parts count as 0. */
export function isSince(version: string, min: string): boolean {
  const [parts, wanted] = [version, min].map(text => text.split('.').map(part => Number.parseInt(part, 10) || 0))
  for (const [i, part] of (wanted ?? []).entries()) {
    const own = parts?.[i] ?? 0
    if (own !== part) return own > part
  }
  return true
}
