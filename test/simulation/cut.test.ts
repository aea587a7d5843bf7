import { describe, expect, test } from 'vitest'
import { dropHolders, type MemoryDisk, newMemoryDisk, openMemoryStore } from '#adapters/memory/store.ts'
import { journalLines } from '#domain/journal.ts'
import type { OwnerSetup } from '#engine'
import type { Store } from '#ports/store.ts'
import { bundledSymbols, houseOwner, ownerOf, recordedOf, strategyNames } from '../support/bundled.ts'
import { restless, scheduled, trailing, watchful } from '../support/restless.ts'
import { firstDifference, liveJournal, type Scene, startLive } from '../support/shells.ts'

class Died extends Error {}

// Where in a commit. `safe` and `acted`: of those in which the exchange is told before all is written, once the round outlives a death.
type Where = 'before' | 'safe' | 'acted' | 'after'

// A store whose process dies at its nth commit. For a paper exchange `after` is before anything was done there.
function mortal(disk: MemoryDisk, dies: { readonly at: number; readonly where: Where }): Store {
  const store = openMemoryStore({ disk, account: 'demo' })
  let commits = 0
  return {
    ...store,
    async commit(round, act) {
      const between = dies.where === 'safe' || dies.where === 'acted'
      if (!between || act !== undefined) commits++
      const dieAt = (where: Where): void => {
        if (commits === dies.at && where === dies.where) throw new Died()
      }
      const acting = (): void => {
        dieAt('safe')
        act?.()
        dieAt('acted')
      }
      dieAt('before')
      await (act === undefined ? store.commit(round) : store.commit(round, acting))
      dieAt('after')
    },
  }
}

// Runs a scene to its end, dying at every one of `lives` and starting anew from the disk. The number of deaths, and the journal.
async function runWithDeaths(
  scene: Scene,
  lives: readonly number[],
  ways: readonly Where[] = ['after', 'before'],
): Promise<{ readonly deaths: number; readonly lines: string[] }> {
  const disk = newMemoryDisk()
  for (let deaths = 0; ; deaths++) {
    const at = lives[deaths] ?? Number.POSITIVE_INFINITY
    dropHolders(disk)
    const store = mortal(disk, { at, where: ways[deaths % ways.length]! })
    try {
      const { shell, feed, from } = await startLive(scene, disk, store)
      await feed.run(from, (event, state) => shell.offer(event, state))
      return { deaths, lines: journalLines(await store.journal()) }
    } catch (error) {
      if (!(error instanceof Died)) throw error
    }
  }
}

const cuts = (count: number, least: number, spread: number): number[] =>
  Array.from({ length: count }, (_, index) => least + ((index * 7919 + 13) % spread))

describe('a run that is cut and started anew from the store writes the journal of an unbroken one', () => {
  const everything = async (): Promise<OwnerSetup[]> => [
    ...(await Promise.all(strategyNames.map(name => houseOwner(name, bundledSymbols)))),
    ownerOf('restless', restless, bundledSymbols),
    ownerOf('watchful', watchful, bundledSymbols),
    ownerOf('scheduled', scheduled, bundledSymbols),
    ownerOf('trailing', trailing, bundledSymbols),
  ]

  const shortRun = async (): Promise<Scene> => {
    const on = ['BTCEUR', 'ETHEUR']
    const owners = [
      ownerOf('restless', restless, on),
      ownerOf('watchful', watchful, on),
      await houseOwner('rotation', on),
      ownerOf('trailing', trailing, on),
    ]
    return { recorded: on.map(symbol => recordedOf(symbol, 300, 420)), owners, limit: '0.5' }
  }

  test('all strategies, cut 60 times', async () => {
    const scene: Scene = { recorded: bundledSymbols.map(symbol => recordedOf(symbol, 0, 1200)), owners: await everything(), limit: '0.5' }
    const { lines } = await liveJournal(scene)
    const broken = await runWithDeaths(scene, cuts(60, 3, 60))
    expect(broken.deaths).toBe(60)
    expect(lines.length).toBeGreaterThan(500)
    expect(firstDifference(broken.lines, lines)).toBeNull()
  })

  test('every commit of a short run is the last of a life, before and after it is written', async () => {
    const scene = await shortRun()
    const { lines } = await liveJournal(scene)
    expect(lines.filter(line => line.startsWith('fill')).length).toBeGreaterThan(10)
    // a life of one commit: die at the first, go on, die at the first again …
    const broken = await runWithDeaths(
      scene,
      Array.from({ length: 4000 }, (_, life) => (life % 2 === 0 ? 1 : 2)),
    )
    expect(broken.deaths).toBeGreaterThan(100)
    expect(firstDifference(broken.lines, lines)).toBeNull()
  })

  test('orders that leave while their round is being written: before, in between, and after', async () => {
    const scene = await shortRun()
    const { lines } = await liveJournal(scene)
    for (const where of ['before', 'safe', 'acted', 'after'] as const) {
      const broken = await runWithDeaths(
        { ...scene, outside: true },
        Array.from({ length: 4000 }, (_, life) => (life % 2 === 0 ? 1 : 2)),
        [where],
      )
      expect(broken.deaths).toBeGreaterThan(10)
      expect(firstDifference(broken.lines, lines)).toBeNull()
    }
  })

  test('little volume: orders that are filled in parts are followed to their end', async () => {
    const recorded = ['BTCEUR', 'ETHEUR'].map(symbol => {
      const whole = recordedOf(symbol, 0, 900)
      return { ...whole, columns: { ...whole.columns, volume: whole.columns.volume.map(volume => volume / 5000) } }
    })
    const on = ['BTCEUR', 'ETHEUR']
    const scene: Scene = { recorded, owners: [ownerOf('restless', restless, on), await houseOwner('bollinger', on)], cash: '1000000' }
    const broken = await runWithDeaths(scene, cuts(40, 2, 50))
    expect(firstDifference(broken.lines, (await liveJournal(scene)).lines)).toBeNull()
  })
})
