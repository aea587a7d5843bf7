/** The body of a request. */
import type { IncomingMessage } from 'node:http'

const LIMIT = 65_536

/** A request whose body is not to be had. */
export type NoBody = 'too_large' | 'gone'

/** Reads a body whole. `too_large`: it is read to its end, but not kept, so that it can be answered; `gone`: the client went away in the middle. */
export async function readBody(request: IncomingMessage): Promise<{ readonly text: string } | NoBody> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      size += part.length
      if (size <= LIMIT) parts.push(part)
    }
  } catch {
    return 'gone'
  }
  return size > LIMIT ? 'too_large' : { text: Buffer.concat(parts).toString('utf8') }
}
