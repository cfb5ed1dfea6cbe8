/**
 * The name by which a crawler looks for its group (RFC 9309 section 2.2.1): `Foo` of `Foo/1.0 (+https://foo.example)`.
 * Empty if the text does not begin with a letter, `-` or `_`. Lines of robots.txt are read the same way, because many
 * give a version or further words.
 */
export const productToken = (text: string): string => /^[a-z_-]*/i.exec(text.trim())?.[0] ?? ''
