import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from '../../src/base/db'
import type { Streams, Topic } from '../../src/streams'
import { nowMs } from '../figures'
import { measures } from './measures'
import { answer } from './questions'
import { startWriter, type WriterParts } from './writer-part'

interface WriteArgs {
  topic: Topic
  lines: number
  lineBytes: number
  /** Default: as fast as the database accepts them. */
  perSecond?: number
}

/** Without a rate, yields to the event loop after this many lines, as a job does. */
const LINES_PER_TICK = 200
const TICK_MS = 5
const BARE_ROWS = 1_000

let streams: Streams
let db: Db

/** A line that contains its time of writing. */
const lineOf = (bytes: number) => `t=${nowMs().toFixed(3)} `.padEnd(bytes, '.')

async function start(parts: WriterParts) {
  ;({ db, streams } = await startWriter(parts))
}

/** @returns when the first line was written and when all were durable, in ms */
async function write(args: WriteArgs) {
  const startedMs = nowMs()
  await (args.perSecond ? writePaced(args, args.perSecond) : writeFast(args))
  await streams.flush()
  return { startedMs, durableMs: nowMs() }
}

async function writeFast({ topic, lines, lineBytes }: WriteArgs) {
  for (let i = 1; i <= lines; i++) {
    await streams.write(topic, [{ kind: 'log', message: lineOf(lineBytes), source: 'load' }])
    if (i % LINES_PER_TICK === 0) await new Promise(setImmediate)
  }
}

async function writePaced({ topic, lines, lineBytes }: WriteArgs, perSecond: number) {
  const startedMs = nowMs()
  for (let written = 0; written < lines; ) {
    const due = Math.min(lines, Math.ceil(((nowMs() - startedMs) * perSecond) / 1_000))
    for (; written < due; written++)
      await streams.write(topic, [{ kind: 'log', message: lineOf(lineBytes), source: 'load' }])
    await delay(TICK_MS)
  }
}

/** Writes single lines with pauses, so that each finds an idle stream. */
async function writeSeldom({ topic, lines, everyMs }: { topic: Topic; lines: number; everyMs: number }) {
  for (let i = 0; i < lines; i++) {
    await delay(everyMs * (0.75 + Math.random() / 2))
    void streams.write(topic, [{ kind: 'log', message: lineOf(80), source: 'load' }])
  }
  await streams.flush()
}

/** The baseline for ingest: a loop of plain durable inserts into a table with a primary key. */
async function insertBare({ lines, lineBytes }: { lines: number; lineBytes: number }) {
  await db.raw(`CREATE TABLE IF NOT EXISTS bare_lines
    (topic bigint, seq bigint, at timestamptz NOT NULL, message text NOT NULL, PRIMARY KEY (topic, seq))`)
  await db.raw('TRUNCATE bare_lines')
  const startedMs = nowMs()
  for (let from = 1; from <= lines; from += BARE_ROWS) {
    const seqs = Array.from({ length: BARE_ROWS }, (_, i) => from + i)
    await db.raw(
      `INSERT INTO bare_lines SELECT 1, seq, at, message
       FROM unnest(?::bigint[], ?::timestamptz[], ?::text[]) AS l(seq, at, message)`,
      [seqs, seqs.map(() => new Date().toISOString()), seqs.map(() => lineOf(lineBytes))],
    )
  }
  return { startedMs, durableMs: nowMs() }
}

const questions = {
  start,
  write,
  writeSeldom,
  insertBare,
  ...measures,
}

export type FeederQuestions = typeof questions

answer(questions)
