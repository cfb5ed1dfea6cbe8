import { badRequest, messageOf } from '../../base/errors'
import { readYaml, type YamlNode } from '../../base/yaml-tree'

/** Where a file is in a request. */
export const CONTENT = 'body.content'

/** YAML is read at about 1 MiB per second, during which nothing else happens. */
const YAML_BYTES_MAX = 4 * 1024 * 1024
const YAML_NODES_MAX = 300_000

/** @throws Problem 400 if it is not JSON */
export function readJson(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch (error) {
    throw badRequest([{ path: CONTENT, message: `This is not JSON: ${messageOf(error)}` }])
  }
}

/**
 * Reads JSON or YAML.
 * @param toValue what an unquoted text stands for; by default itself
 * @throws Problem 400 that names the line
 */
export function readYamlOrJson(content: string, toValue: ToValue = text => text): unknown {
  if (/^\s*[{[]/.test(content)) {
    try {
      return JSON.parse(content)
    } catch {
      // such a text may be YAML too, and its reader names the line of a fault
    }
  }
  if (content.length > YAML_BYTES_MAX)
    throw badRequest([{ path: CONTENT, message: 'YAML must not be longer than 4 MiB. Divide it, or use JSON.' }])
  return valueAt(readYaml({ text: content, path: CONTENT, nodesMax: YAML_NODES_MAX }), toValue)
}

export type ToValue = (text: string, path: readonly string[]) => unknown

function valueAt(node: YamlNode, toValue: ToValue): unknown {
  if (node.kind === 'list') return node.items.map(item => valueAt(item, toValue))
  if (node.kind === 'map')
    return Object.fromEntries([...node.entries].map(([name, entry]) => [name, valueAt(entry, toValue)]))
  if (node.kind === 'null') return null
  return node.isPlain ? toValue(node.text, node.path) : node.text
}

const INTEGER = /^[-+]?\d+$/
const DECIMAL = /^[-+]?(?:\d+\.\d*|\.?\d+)(?:e[-+]?\d+)?$/i
const FLAGS: Readonly<Record<string, boolean>> = {
  ...{ true: true, True: true, TRUE: true },
  ...{ false: false, False: false, FALSE: false },
}

/** A number or a flag, if the text is one in YAML (1.2, core schema), else the text. */
export function scalarOf(text: string): unknown {
  if (Object.hasOwn(FLAGS, text)) return FLAGS[text]
  const number = Number(text)
  const isExact = INTEGER.test(text) ? Number.isSafeInteger(number) : DECIMAL.test(text) && Number.isFinite(number)
  return isExact ? number : text
}
