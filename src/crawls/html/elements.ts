const setOf = (names: string): ReadonlySet<string> => new Set(names.split(' '))

/** Elements that separate words. */
export const BLOCKS = setOf(
  'address article aside blockquote body br button caption center dd details dialog dir div dl dt fieldset figcaption ' +
    'figure footer form frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe input legend li main menu nav ' +
    'ol optgroup option p pre search section select summary table tbody td textarea tfoot th thead title tr ul video',
)

/** Elements whose content is neither text of the page nor has links: the parser of HTML reads it as raw text. */
export const OPAQUE = setOf('script style template textarea title iframe noembed xmp')

/** Elements whose attributes matter. */
export const READ = setOf('a area audio base embed frame html iframe img link meta object script source video')

/** Where these elements have what they load, and browsers refuse or warn of when it comes by HTTP into an HTTPS page. */
export const RESOURCES: Readonly<Record<string, string>> = {
  audio: 'src',
  embed: 'src',
  frame: 'src',
  iframe: 'src',
  img: 'src',
  object: 'data',
  script: 'src',
  source: 'src',
  video: 'src',
}
