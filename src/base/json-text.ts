/** Text with JSON's escapes but without the quotes; well-formed since ES2019, so lone surrogates become `\udXXX`. */
export const escapeText = (text: string) => JSON.stringify(text).slice(1, -1)
