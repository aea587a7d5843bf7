/** What every wire must do, whatever it goes through. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Wire } from '#ports/wire.ts'
import { Watched } from '../support/chat/until.ts'

/** A place that wires go through, and somebody who listens there. */
export interface WireBed {
  open(): Wire
  /** Hears all channels that begin so. */
  listen(prefix: string, hear: (channel: string, text: string) => void): Promise<void>
  end(): Promise<void>
}

/** What is heard of channels that begin so, as "channel text". */
export async function heardOn(bed: Pick<WireBed, 'listen'>, prefix: string) {
  const lines: string[] = []
  const watched = new Watched()
  await bed.listen(prefix, (channel, text) => {
    lines.push(`${channel} ${text}`)
    watched.changed()
  })
  const hears = (line: string): Promise<unknown> =>
    watched.until(
      () => lines.includes(line),
      () => `"${line}" among the last of ${lines.length}: ${lines.slice(-3).join(' | ')}`,
    )
  return { lines, hears }
}

/** Runs the cases. */
export function wireCases(name: string, start: () => Promise<WireBed>): void {
  describe(`wire: ${name}`, () => {
    let bed: WireBed
    beforeAll(async () => {
      bed = await start()
    })
    afterAll(() => bed?.end())

    test('what is published arrives on its channel, each once and in order', async () => {
      const { lines, hears } = await heardOn(bed, 'order:')
      const wire = bed.open()
      const sent = Array.from({ length: 500 }, (_, index) => [`order:${index % 3}`, `{"n":${index},"text":"é ${index}"}`] as const)
      for (const [channel, text] of sent) wire.publish(channel, text)
      await hears(sent.at(-1)!.join(' '))
      expect(lines).toEqual(sent.map(one => one.join(' ')))
      await wire.close()
    })

    test('closing says what was published before, and what comes after is nothing', async () => {
      const { lines, hears } = await heardOn(bed, 'close:')
      const first = bed.open()
      first.publish('close:here', 'before')
      await hears('close:here before')
      first.publish('close:here', 'last')
      await first.close()
      first.publish('close:here', 'after')
      await first.close()
      const second = bed.open()
      second.publish('close:here', 'of another')
      await hears('close:here of another')
      expect(lines).toEqual(['close:here before', 'close:here last', 'close:here of another'])
      await second.close()
    })

    test('nobody has to listen', async () => {
      const wire = bed.open()
      wire.publish('nobody:here', 'text')
      await expect(wire.close()).resolves.toBeUndefined()
    })
  })
}
