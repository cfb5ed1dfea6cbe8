import { Fragment } from 'preact'
import { webAddress } from './alert'

const ADDRESS = /(https?:\/\/[^\s<>"']+)/g

/** Text from outside. Addresses of the web in it are links; nothing else is. */
export const LinkedText = ({ text }: { text: string }) => (
  <>
    {text.split(ADDRESS).map((part, at) => {
      const address = at % 2 === 1 ? webAddress(part) : null
      return address === null ? (
        <Fragment key={at}>{part}</Fragment>
      ) : (
        <OutsideLink key={at} address={address} text={part} />
      )
    })}
  </>
)

export const OutsideLink = ({ address, text }: { address: string; text: string }) => (
  <a href={address} target="_blank" rel="noopener noreferrer">
    {text}
  </a>
)

/** Links of Tailrace itself are paths; those of senders may be anything. */
export function AnyLink({ address }: { address: string }) {
  if (/^\/(?![/\\])/.test(address)) return <a href={address}>{address}</a>
  const outside = webAddress(address)
  return outside === null ? <code>{address}</code> : <OutsideLink address={outside} text={address} />
}
