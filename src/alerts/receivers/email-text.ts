import { escapeHtml } from '../../../text/html'
import { listed, type Notice, titleOf } from './notice'

const TEST = 'This is a test: nothing is wrong.'

/** The plain text of a mail. */
export function textOf(notice: Notice): string {
  const { shown, more } = listed(notice.message)
  const lines = shown.map(({ name, summary, isFiring }) =>
    [isFiring ? 'FIRING  ' : 'RESOLVED', name, summary && `\n         ${summary}`].filter(Boolean).join(' '),
  )
  return [
    ...(notice.isTest ? [TEST, ''] : []),
    titleOf(notice),
    '',
    ...lines,
    ...(more ? [`and ${more} more`] : []),
    '',
    ...(notice.link ? [notice.link] : []),
    `Receiver: ${notice.message.receiver}`,
  ].join('\n')
}

/** The same as HTML, with everything that comes from alerts escaped. */
export function htmlOf(notice: Notice): string {
  const { shown, more } = listed(notice.message)
  const title = escapeHtml(titleOf(notice))
  const items = shown.map(
    ({ name, summary, isFiring }) =>
      `<li><b style="color:${isFiring ? '#b71c1c' : '#1b5e20'}">${isFiring ? 'firing' : 'resolved'}</b> ${escapeHtml(name)}${summary && `<br>${escapeHtml(summary)}`}</li>`,
  )
  return [
    '<!doctype html><html><body style="font-family:sans-serif">',
    ...(notice.isTest ? [`<p>${TEST}</p>`] : []),
    notice.link ? `<h3><a href="${escapeHtml(notice.link)}">${title}</a></h3>` : `<h3>${title}</h3>`,
    `<ul>${items.join('')}</ul>`,
    ...(more ? [`<p>and ${more} more</p>`] : []),
    `<p style="color:#555">Receiver: ${escapeHtml(notice.message.receiver)}</p>`,
    '</body></html>',
  ].join('\n')
}
