/** Invisible characters: zero-width spaces, soft hyphens, variation selectors. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu

/**
 * The canonical form of an e-mail address, for lookup, uniqueness and limits: two spellings that find the same account
 * must share one limit. Folded here rather than by PostgreSQL, whose lower() depends on the server's locale. Follows
 * toNFKC_Casefold of the Unicode Standard (section 3.13). JavaScript has no case folding, so the text is converted to
 * upper case and back, which unifies ß, ẞ and SS.
 */
export function foldEmail(email: string): string {
  const plain = email.normalize('NFKC').replace(IGNORABLE, '').trim()
  return plain.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC')
}
