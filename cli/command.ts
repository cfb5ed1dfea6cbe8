import type { Api } from './api'
import type { Terminal } from './output/terminal'
import type { Settings } from './settings'

export interface Option {
  type: 'string' | 'boolean'
  /** Placeholder for the value in the help. */
  value?: string
  /** May be repeated. */
  multiple?: true
  help: string
}

export type Options = Record<string, Option>

type ValueOf<O extends Option> = O['type'] extends 'boolean'
  ? boolean
  : O extends { multiple: true }
    ? string[]
    : string
type Values<O extends Options> = { [Name in keyof O]?: ValueOf<O[Name]> }

/** Option values as parsed, before a command gives them its own types. */
export type RawValues = Record<string, string | boolean | string[] | undefined>

/** What a command may use. */
export interface Context {
  terminal: Terminal
  env: NodeJS.ProcessEnv
  /** The option `--url`. */
  url: string | undefined
  settings: Settings
  api: Api
  /** A hint to print when Ctrl-C ends the command, about what keeps running. */
  onInterrupt(hint: () => string): void
  /** What the first Ctrl-C does instead of ending the command, until this is called with undefined. */
  onFirstInterrupt(act: (() => void) | undefined): void
  /** From now on, exiting without a known outcome must not look like success. */
  requireOutcome(): void
}

export interface Command {
  name: string
  /** What may follow the name, such as `<id>`. */
  operands: string
  /** Minimum and maximum number of operands. */
  count: readonly [number, number]
  summary: string
  /** More text for `help <command>`, printed unchanged. */
  details?: string
  options: Options
  /** @returns the exit code */
  run(context: Context, args: { values: RawValues; operands: string[] }): Promise<number>
}

type Defined<O extends Options> = Omit<Command, 'options' | 'run'> & {
  options: O
  run(context: Context, args: { values: Values<O>; operands: string[] }): Promise<number>
}

/** A command whose `run` knows the types of its options. */
export const defineCommand = <const O extends Options>(command: Defined<O>): Command => command as unknown as Command

export const JSON_OPTION = { type: 'boolean', help: 'One JSON object per line, for programs' } as const
