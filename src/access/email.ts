/** Characters that are not seen: zero-width spaces, soft hyphens, variation selectors. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu

/**
 * The one form of an e-mail address by which it is looked up, kept unique and counted: an address that finds an account
 * must not have a limit of its own. Folded here and stored, because PostgreSQL's lower() depends on the locale of the
 * server. After toNFKC_Casefold of the Unicode Standard (section 3.13); case is folded by going up and down, because
 * JavaScript has no other way to make one of ß, ẞ and SS.
 */
export function foldEmail(email: string): string {
  const plain = email.normalize('NFKC').replace(IGNORABLE, '').trim()
  return plain.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC')
}
