import type { Labels } from '../../contract/matchers'

/** Lower-case texts of label sets, which never change. */
const texts = new WeakMap<Labels, string>()

function textOf(labels: Labels): string {
  const known = texts.get(labels)
  if (known !== undefined) return known
  let text = ''
  for (const name in labels) text += `${name}=${labels[name]}\n`
  text = text.toLowerCase()
  texts.set(labels, text)
  return text
}

/** Lower-case text of labels and annotations, as `name=value` lines. */
export const searchText = ({ labels, annotations }: { labels: Labels; annotations: Labels }) =>
  textOf(labels) + textOf(annotations)
