// Prints the records of the WARC file on standard input, as the package `warcio` (an ES module) reads them.
import { SerializerInMemBuffer, WARCParser, WARCSerializer } from 'warcio'

const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
const file = Buffer.concat(chunks)
const parse = () => new WARCParser([new Uint8Array(file)], { keepHeadersCase: true })

const records = []
for await (const record of parse()) {
  records.push({
    version: record.warcHeaders.statusline,
    type: record.warcType,
    uri: record.warcTargetURI ?? null,
    block: record.warcBlockDigest ?? null,
    payload: record.warcPayloadDigest ?? null,
    truncated: record.warcHeader('WARC-Truncated') ?? null,
    status: record.httpHeaders ? record.getResponseInfo()?.status : null,
    text: await record.contentText(),
  })
}
let index = 0
for await (const record of parse()) {
  const options = { digest: { algo: 'sha-1', prefix: 'sha1:', base32: true } }
  await new WARCSerializer(record, options, new SerializerInMemBuffer()).digestRecord({ recompute: true })
  Object.assign(records[index++], { computed: { block: record.warcBlockDigest, payload: record.warcPayloadDigest } })
}
process.stdout.write(JSON.stringify(records))
