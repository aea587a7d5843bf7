import { Fault } from '#domain/fault.ts'
import type { Clock } from '#ports/clock.ts'
import { Socket } from './link.ts'

const LIFE_MS = 60_000

/** Opens a market stream and closes it again, to see whether that can be done. Throws a Fault with the reason. `url`: wss://host, without a path. */
export async function reachStreams(url: string, clock: Clock): Promise<void> {
  const opened = Promise.withResolvers<string | null>()
  const socket = new Socket({
    url: `${url}/ws`,
    clock,
    life: LIFE_MS,
    opened: () => opened.resolve(null),
    message: () => {},
    ended: reason => opened.resolve(reason),
  })
  const reason = await opened.promise
  if (reason !== null)
    throw new Fault('retry', `the market streams cannot be reached: ${reason}. Look at the network, and at BINANCE_SITE.`)
  await socket.close('looked at')
}
