import type { ReceiverSettings } from '../../contract/receivers'
import { type ListedAlert, line, listed, type Notice, titleOf } from './notice'
import type { SendOutcome } from './outcome'
import { post } from './post'
import type { HttpSenderDeps } from './webhook'

const COLORS: Record<string, string> = { critical: '#d32f2f', warning: '#f9a825', info: '#1976d2' }
const FIRING_COLOR = '#d32f2f'
const RESOLVED_COLOR = '#2e7d32'

/** Posts to an incoming webhook of Slack or of a service that takes the same form. */
export function sendSlack(
  { outbound, userAgent }: HttpSenderDeps,
  { url, ...place }: ReceiverSettings['slack'],
  notice: Notice,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const headers = { 'user-agent': userAgent, 'idempotency-key': notice.key }
  const body = JSON.stringify(slackBody(place, notice))
  return post(outbound, { url: new URL(url), headers, body }, signal)
}

function slackBody({ channel, username }: Omit<ReceiverSettings['slack'], 'url'>, notice: Notice) {
  const title = escaped(titleOf(notice))
  const { shown, more } = listed(notice.message)
  const lines = [...shown.map(lineOf), ...(more ? [`… and ${more} more`] : [])]
  const attachment = {
    color: colorOf(notice),
    fallback: title,
    title,
    ...(notice.link && { title_link: notice.link }),
    text: lines.join('\n'),
    mrkdwn_in: ['text'],
    footer: escaped(line(notice.message.receiver)),
  }
  const text = notice.isTest ? 'This is a test: nothing is wrong.' : undefined
  return {
    ...(channel && { channel }),
    ...(username && { username }),
    ...(text && { text }),
    attachments: [attachment],
  }
}

const lineOf = ({ name, summary, isFiring }: ListedAlert) =>
  `${isFiring ? '*firing*' : 'resolved'} ${escaped(name)}${summary && ` – ${escaped(summary)}`}`

function colorOf({ message: { status, commonLabels } }: Notice): string {
  if (status === 'resolved') return RESOLVED_COLOR
  return COLORS[commonLabels.severity ?? ''] ?? FIRING_COLOR
}

/**
 * Escapes what Slack's texts give a meaning (docs.slack.dev, "Formatting message text"): `<!channel>` in a label must
 * not ring for everybody, and `*` or `_` of names must not format.
 */
const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[*_~`]/g, each => `\u200b${each}`)
