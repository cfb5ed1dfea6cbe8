/** Text files are bundled as modules, see scripts/bundle.mjs. */
declare module '*.txt' {
  const text: string
  export default text
}
