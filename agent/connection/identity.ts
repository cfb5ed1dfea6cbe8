import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { join } from 'node:path'
import { enrolled, signedText } from '../../src/contract/agent-protocol'
import { readIfThere, replaceFile } from '../files'

type Signed = Parameters<typeof signedText>[1]

/** What the server knows the agent by. The private key never leaves the machine. */
export class Identity {
  private constructor(
    readonly agentId: string,
    readonly name: string,
    private readonly key: KeyObject,
    private readonly serverKey: KeyObject,
  ) {}

  /** @returns undefined before the agent is enrolled; throws for a file that cannot be used */
  static async load(folder: string): Promise<Identity | undefined> {
    const text = await readIfThere(fileIn(folder))
    if (text === undefined) return undefined
    try {
      const saved = JSON.parse(text)
      if (saved.agent_id === undefined) return undefined
      const { agent_id, name, server_key } = enrolled.parse(saved)
      return new Identity(agent_id, name, createPrivateKey(saved.private_key), publicKeyOf(server_key))
    } catch {
      throw new Error(`${fileIn(folder)} cannot be used. Delete it, and enrol the agent again with a new token.`)
    }
  }

  sign(parts: Signed): string {
    return sign(null, Buffer.from(signedText('agent', parts)), this.key).toString('base64url')
  }

  /** Whether the server is the one that the agent was enrolled with. */
  isServer(parts: Signed, signature: string): boolean {
    return verify(null, Buffer.from(signedText('server', parts)), this.serverKey, Buffer.from(signature, 'base64url'))
  }
}

/** A key pair for an enrolment. Saved before it is used, so that an answer that is lost does not leave a key behind. */
export async function keyPairIn(folder: string): Promise<{ publicKey: string; privateKey: string }> {
  const saved = await readIfThere(fileIn(folder))
  const privateKey: string = saved === undefined ? newKey() : JSON.parse(saved).private_key
  if (saved === undefined) await replaceFile(fileIn(folder), JSON.stringify({ private_key: privateKey }))
  const { x = '' } = createPublicKey(createPrivateKey(privateKey)).export({ format: 'jwk' })
  return { publicKey: x, privateKey }
}

export async function saveIdentity(folder: string, answer: unknown, privateKey: string): Promise<void> {
  await replaceFile(fileIn(folder), JSON.stringify({ ...enrolled.parse(answer), private_key: privateKey }))
}

const fileIn = (folder: string) => join(folder, 'identity.json')

const newKey = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

/** Public keys are sent as the 32 bytes of RFC 8032, in base64url. */
function publicKeyOf(x: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}
