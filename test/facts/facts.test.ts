/** Every fact card against the simulator; and, for what nobody could ask Binance, that its card can tell one way from the other. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { beliefs, type SwitchName } from '#simulator/switches.ts'
import { allCards, themes } from './cards/all.ts'
import { Binance } from './client/binance.ts'
import { type Inside, openInside } from './inside.ts'
import { runCard } from './run.ts'
import { Transcript } from './transcript.ts'

const opened: { inside: Inside; binance: Binance }[] = []

async function open(otherwise: readonly SwitchName[] = []): Promise<Binance> {
  const inside = await openInside(otherwise)
  const transcript = new Transcript(inside.secrets, () => {})
  const binance = await Binance.open({ target: inside.target, keys: inside.keys, transcript, symbol: 'BTCEUR' })
  opened.push({ inside, binance })
  return binance
}

afterAll(async () => {
  for (const { inside, binance } of opened) {
    binance.close()
    await inside.simulator.close()
  }
})

describe('the simulator agrees with', () => {
  // one account for all cards, as on a testnet: none may disturb the next
  let binance: Binance
  beforeAll(async () => {
    binance = await open()
  })

  describe.each(Object.entries(themes))('%s', (_, cards) => {
    test.each(cards.map(card => [card.id, card.says, card] as const))('%s: %s', async (_id, _says, card) => {
      expect(await runCard(card, binance)).toEqual({ kind: 'agrees' })
    })
  })
})

describe('where a belief is the other way, its cards see it', () => {
  test.each(Object.keys(beliefs) as SwitchName[])('%s', async name => {
    const cards = allCards.filter(card => card.switch === name)
    expect(cards, `a card for ${name}`).not.toEqual([])
    const binance = await open([name])
    for (const card of cards)
      expect({ card: card.id, kind: (await runCard(card, binance)).kind }).toEqual({ card: card.id, kind: 'differs' })
  })
})
