/** The composition root: going on after failed commits, broken strategy files, changed strategies, and what is traded. */
import { describe, expect, test } from 'vitest'
import { newMemoryDisk } from '#adapters/memory/store.ts'
import { Fault } from '#domain/fault.ts'
import { journalLines } from '#domain/journal.ts'
import type { Store } from '#ports/store.ts'
import type { Thrown } from '#domain/fault.ts'
import type { Told } from '#domain/told.ts'
import type { Service } from '../src/compose.ts'
import { ConfigError } from '../src/config.ts'
import { type DemoSetup, fileOf, openDemo, strategyFolder } from './support/demo.ts'
import { firstDifference } from './support/shells.ts'
import { failing } from './support/trading.ts'

const env = { STRATEGIES: 'bollinger' }
const lost = new Fault('retry', 'the database is away')

// Stops a run at its first fill.
const untilFilled =
  (service: () => Service): NonNullable<DemoSetup['tell']> =>
  told => {
    if (told.some(({ kind }) => kind === 'fill')) service().stop()
  }

describe('a commit that fails', () => {
  const whole = async (): Promise<string[]> => {
    const { service, store, pauses } = await openDemo({ env })
    await service.run()
    expect(pauses).toEqual([])
    return journalLines(await store.journal())
  }
  const awayFor =
    (times: number) =>
    (real: Store): Store => {
      let opens = 0
      const store = failing(commit => (commit === 300 ? lost : null))(real)
      return {
        ...store,
        async open() {
          if (opens++ > 1 && opens <= 2 + times) throw new Fault('misconfigured', 'PostgreSQL cannot be reached')
          return store.open()
        },
      }
    }

  test('once: the run goes on from the store and ends with the same journal', async () => {
    const { service, store, pauses } = await openDemo({ env, store: failing(commit => (commit === 300 ? lost : null)) })
    await service.run()
    expect(pauses).toEqual([200])
    expect(firstDifference(journalLines(await store.journal()), await whole())).toBeNull()
  })

  test('now and then is no reason to end, however often', async () => {
    const { service, store, pauses } = await openDemo({ env, store: failing(commit => (commit % 400 === 0 ? lost : null)) })
    await service.run()
    expect(pauses.length).toBeGreaterThan(10)
    expect(new Set(pauses)).toEqual(new Set([200]))
    expect(firstDifference(journalLines(await store.journal()), await whole())).toBeNull()
  })

  test('and a database that stays away for a while', async () => {
    const { service, store, pauses } = await openDemo({ env, store: awayFor(3) })
    await service.run()
    expect(pauses).toEqual([200, 400, 800, 1600])
    expect(firstDifference(journalLines(await store.journal()), await whole())).toBeNull()
  })

  test.each<[string, Fault, (real: Store) => Store]>([
    ['always', lost, failing(commit => (commit >= 300 ? lost : null))],
    ['and a database that stays away', new Fault('misconfigured', 'PostgreSQL cannot be reached'), awayFor(99)],
  ])('%s: the run ends with the fault', async (_, fault, store) => {
    const { service, pauses } = await openDemo({ env, store })
    await expect(service.run()).rejects.toThrow(fault.message)
    expect(pauses).toEqual([200, 400, 800, 1600, 3200])
  })

  test.each([
    ['another process has the account', new Fault('misconfigured', 'another process trades the account')],
    ['a bug', new TypeError('it is a bug')],
  ])('for good, %s: the run ends at once', async (_, error) => {
    const { service, pauses } = await openDemo({ env, store: failing(commit => (commit === 300 ? error : null)) })
    await expect(service.run()).rejects.toBe(error)
    expect(pauses).toEqual([])
  })

  test('after the candles have ended: the wish is told so, the next one works', async () => {
    let away = false
    const { service } = await openDemo({ env, store: failing(() => (away ? lost : null)) })
    await service.run()
    away = true
    await expect(service.desk.setMode('ann', 'paused')).rejects.toBe(lost)
    away = false
    expect((await service.desk.setMode('ann', 'paused')).done).toBe(true)
    expect((await service.desk.status()).mode).toBe('paused')
  })
})

describe('what the account holds cannot be looked at', () => {
  /** Runs; from the twentieth look on it comes to what is given. */
  const runTo = async (look: () => Promise<never>) => {
    let asked = 0
    const holdings: NonNullable<DemoSetup['holdings']> = async () => (++asked < 20 ? new Map() : look())
    const { service, store } = await openDemo({ env, holdings })
    const error = await service.run().then(
      () => null,
      (thrown: unknown) => thrown,
    )
    await service.finished()
    return { error, asked, candles: (await store.candles('ADAEUR', '4h', 100_000)).length }
  }

  test('for a bug: the run ends with it, where it is', async () => {
    const bug = new TypeError('it is a bug')
    const { error, asked, candles } = await runTo(() => Promise.reject(bug))
    expect([error, asked]).toEqual([bug, 20])
    expect(candles).toBeGreaterThan(0)
    expect(candles).toBeLessThan(6_000)
  })

  test('for a fault outside: the run goes on', async () => {
    let looks = 0
    const { error, candles } = await runTo(() => (++looks < 20 ? Promise.reject(lost) : new Promise(() => {})))
    expect([error, looks]).toEqual([null, 20])
    expect(candles).toBeGreaterThan(6_000)
  })
})

describe('a strategy file that is broken', () => {
  // Buys at the first candle and never sells.
  const keeper = fileOf(`return enter({ reason: 'keep', stopLoss: percent(90) })`)
  const idle = fileOf('return null')
  const throwing = "throw new Error('half written')\n"

  // What is left of a run that ended when `keeper` had bought.
  const held = async () => {
    const disk = newMemoryDisk()
    const { service, store } = await openDemo({ disk, strategies: strategyFolder({ keeper, idle }), tell: untilFilled(() => service) })
    await service.run()
    expect((await service.desk.positions()).map(({ owner }) => owner)).toEqual(['keeper'])
    await store.close()
    return disk
  }

  test('and holds nothing stops the start by its name', async () => {
    const starting = openDemo({ strategies: strategyFolder({ idle, torn: throwing }) })
    await expect(starting).rejects.toThrow(/torn\.ts: it cannot be loaded \(half written\)\. Mend the file, or take it out of the folder\./)
    await expect(starting).rejects.toBeInstanceOf(Fault)
  })

  test.each([
    { name: 'broken', files: { keeper: throwing, idle }, says: 'keeper.ts: it cannot be loaded (half written)' },
    { name: 'gone', files: { idle }, says: 'there is no such strategy any more' },
  ])('or $name, and holds a position, is quarantined', async ({ files, says }) => {
    const disk = await held()
    const { service } = await openDemo({ disk, strategies: strategyFolder(files) })
    const rows = await service.desk.strategies()
    expect(rows.map(({ name, enabled }) => `${name} ${enabled}`)).toEqual(['idle true', 'keeper false'])
    expect(rows[1]!.trouble).toContain('quarantined: ')
    expect(rows[1]!.trouble).toContain(says)
    // its protection stands, and can be moved by hand
    const [position] = await service.desk.positions()
    expect([position!.owner, position!.stop > 0n, (await service.desk.status()).openOrders]).toEqual(['keeper', true, 1])
    const level = { kind: 'percent', percent: 80 } as const
    expect((await service.desk.setStop('ann', { symbol: 'ADAEUR', owner: 'keeper', level })).done).toBe(true)
    expect((await service.desk.positions())[0]!.stop).toBeGreaterThan(position!.stop)
    expect((await service.desk.status()).openOrders).toBe(1)
    expect((await service.desk.sell('ann', { symbol: 'ADAEUR', owner: 'keeper', amount: null })).done).toBe(true)
  })

  test('and left its position by hand does not stop what runs', async () => {
    const disk = await held()
    const { service, store } = await openDemo({ disk, strategies: strategyFolder({ keeper: throwing, idle }) })
    await service.desk.sell('ann', { symbol: 'ADAEUR', owner: 'keeper', amount: null })
    expect(await service.desk.positions()).toEqual([])
    expect((await service.desk.changeStrategy('ann', 'idle', { enabled: false })).done).toBe(true)
    expect((await service.desk.strategies())[0]).toMatchObject({ name: 'idle', enabled: false })
    await service.run()
    await store.close()
  })

  test('and throws only once it runs, is quarantined and told: what it holds keeps its stop, and the others go on', async () => {
    const thrower = fileOf(`
      if (candle.close > 1.5) throw new Error('there is no such thing')
      return candle.close > 1 ? enter({ reason: 'over one', stopLoss: percent(90) }) : null`)
    const other = fileOf(`return candle.close > 2 ? enter({ reason: 'high' }) : candle.close < 1.5 ? exit({ reason: 'low' }) : null`)
    const told: Told[] = []
    const thrown: Thrown[] = []
    const { service, store } = await openDemo({
      strategies: strategyFolder({ thrower, other }),
      tell: news => void told.push(...news),
      threw: one => void thrown.push(one),
    })
    await service.run()
    // once, however often it is asked after that, and with where it was
    expect(thrown.map(({ owner, symbols }) => [owner, symbols])).toEqual([['thrower', ['ADAEUR']]])
    expect((thrown[0]!.error as Error).stack).toMatch(/Error: there is no such thing\n +at .*thrower\.ts/)
    const denials = told.flatMap(one => (one.kind === 'denied' && one.decision.outcome === 'quarantined' ? [one.decision] : []))
    expect(denials.map(({ owner }) => owner)).toEqual(['thrower'])
    expect(denials[0]!.message).toMatch(/^thrower is quarantined: it threw "there is no such thing"\. Mend its file/)
    const rows = await service.desk.strategies()
    expect(rows.map(({ name, trouble }) => [name, trouble?.slice(0, 22) ?? null])).toEqual([
      ['other', null],
      ['thrower', 'quarantined: it threw '],
    ])
    expect((await service.desk.positions()).find(({ owner }) => owner === 'thrower')!.stop).toBeGreaterThan(0n)
    const { fills } = await store.journal()
    expect(fills.filter(({ owner }) => owner === 'other').length).toBe(2)
    expect((await service.summary()).candles).toBeGreaterThan(6000)
  })

  test('does not enter while it is quarantined', async () => {
    const disk = await held()
    const { service, store } = await openDemo({ disk, strategies: strategyFolder({ keeper: throwing, idle }) })
    await service.desk.sell('ann', { symbol: 'ADAEUR', owner: 'keeper', amount: null })
    await service.run()
    const { fills } = await store.journal()
    expect(fills.map(({ owner, fill }) => `${owner} ${fill.side}`)).toEqual(['keeper BUY', 'keeper SELL'])
    expect((await service.summary()).candles).toBeGreaterThan(6000)
  })
})

describe('a strategy that people changed', () => {
  const above = fileOf(`return candle.close > level ? enter({ reason: 'above ' + level }) : null`)

  test('is as they left it after a restart', async () => {
    const disk = newMemoryDisk()
    const folder = strategyFolder({ above, other: above })
    const first = await openDemo({ disk, strategies: folder, env: { SYMBOLS: 'ADAEUR,XRPEUR' } })
    const { desk } = first.service
    expect(await desk.changeStrategy('ann', 'above', { params: { level: '1.5' }, symbols: ['XRPEUR'] })).toEqual({
      done: true,
      message: 'above: level is 1.5 now; runs on XRPEUR.',
    })
    expect((await desk.changeStrategy('ann', 'other', { enabled: false })).message).toContain('other: switched off')
    const rows = async (service = first.service) =>
      (await service.desk.strategies()).map(({ name, enabled, params, symbols }) => ({ name, enabled, params, symbols }))
    const changed = [
      { name: 'above', enabled: true, params: { level: 1.5 }, symbols: ['XRPEUR'] },
      { name: 'other', enabled: false, params: { level: 0 }, symbols: ['ADAEUR', 'XRPEUR'] },
    ]
    expect(await rows()).toEqual(changed)
    await first.store.close()

    const second = await openDemo({ disk, strategies: folder, env: { SYMBOLS: 'ADAEUR,XRPEUR' } })
    expect(second.service.resumed).toBe(true)
    expect(await rows(second.service)).toEqual(changed)
    await second.service.desk.changeStrategy('ann', 'above', { params: { level: null } })
    await second.service.desk.changeStrategy('ann', 'other', { enabled: true })
    expect((await rows(second.service)).map(({ enabled, params }) => ({ enabled, params }))).toEqual([
      { enabled: true, params: { level: 0 } },
      { enabled: true, params: { level: 0 } },
    ])
  })

  test('in the middle of a run: the candles go on where they were, with the change', async () => {
    const folder = strategyFolder({ above })
    let changing: Promise<unknown> | null = null
    const { service, store } = await openDemo({
      strategies: folder,
      env: { above: '0' },
      tell: () => {
        changing ??= service.desk.changeStrategy('ann', 'above', { enabled: false })
      },
    })
    await service.run()
    expect(await changing).toMatchObject({ done: true })
    const { candles } = await service.summary()
    const { fills } = await store.journal()
    expect([candles > 6000, fills.length]).toEqual([true, 1])
    expect((await service.desk.strategies())[0]!.enabled).toBe(false)
  })

  test('while somebody buys: the new core knows of it', async () => {
    let buying: Promise<unknown> | null = null
    let opens = 0
    const { service, store } = await openDemo({
      strategies: strategyFolder({ above }),
      tell: untilFilled(() => service),
      store: real => ({
        ...real,
        async open() {
          const saved = await real.open()
          const wish = { symbol: 'ADAEUR', amount: null, limit: null, stop: null, target: null }
          // what is read by now would not have it
          if (++opens > 2) buying ??= service.desk.buy('ann', wish)
          for (let turns = 0; turns < 100; turns++) await Promise.resolve()
          return saved
        },
      }),
    })
    await service.run()
    await service.desk.changeStrategy('ann', 'above', { enabled: false })
    expect(await buying).toMatchObject({ done: true })
    expect((await service.desk.positions()).map(({ owner }) => owner)).toEqual(['manual', 'above'])
    expect((await store.open())?.holdings.filter(({ position }) => position.quantity > 0n)).toHaveLength(2)
  })

  test.each([
    ['nothing', {}, 'There are: above.'],
    ['above', { params: { level: '-1' } }, 'level=-1: '],
    ['above', { params: { depth: '1' } }, 'depth: there is no such parameter. There are: level=0.'],
    ['above', { symbols: ['DOGEEUR'] }, 'DOGEEUR is not traded here. Traded: ADAEUR.'],
  ])('wrongly, %s %j, stays as it was', async (name, change, says) => {
    const { service, store } = await openDemo({ strategies: strategyFolder({ above }) })
    const before = await service.desk.strategies()
    const { done, message } = await service.desk.changeStrategy('ann', name, change)
    expect({ done, message }).toEqual({ done: false, message: expect.stringContaining(says) })
    expect(await service.desk.strategies()).toEqual(before)
    await store.close()
  })
})

describe('what is traded', () => {
  test.each([
    ['ADAEUR,DOGEEUR', ['ADAEUR']],
    ['adaeur, XRPEUR,ADAEUR', ['ADAEUR', 'XRPEUR']],
    ['DOGEEUR', ['BTCEUR', 'ETHEUR', 'ADAEUR', 'XRPEUR']],
  ])('SYMBOLS=%s: %j', async (SYMBOLS, symbols) => {
    const { service } = await openDemo({ env: { SYMBOLS } })
    expect(service.symbols).toEqual(symbols)
    expect((await service.desk.status()).symbols).toEqual(symbols)
  })

  const holder = fileOf(`return candle.close > level ? enter({ reason: 'up' }) : null`)
  const stoppedAtFirstFill = async (file: string) => {
    const disk = newMemoryDisk()
    const { service, store } = await openDemo({ disk, strategies: strategyFolder({ holder: file }), tell: untilFilled(() => service) })
    await service.run()
    await store.close()
    return disk
  }

  test('SYMBOLS without what is held stops the start, and says what to do', async () => {
    const disk = await stoppedAtFirstFill(holder)
    const starting = openDemo({ disk, env: { SYMBOLS: 'XRPEUR' }, strategies: strategyFolder({ holder }) })
    await expect(starting).rejects.toThrow(/^holder holds \d[\d.]* of ADAEUR, which is not among .*XRPEUR.*Put ADAEUR back into SYMBOLS/)
    await expect(starting).rejects.toBeInstanceOf(Fault)
  })

  test('SYMBOLS without what was held once goes on', async () => {
    const disk = await stoppedAtFirstFill(holder)
    const { service, store } = await openDemo({ disk, strategies: strategyFolder({ holder }) })
    await service.desk.changeStrategy('ann', 'holder', { enabled: false })
    await service.desk.sell('ann', { symbol: 'ADAEUR', owner: 'holder', amount: null })
    await service.run()
    expect((await service.summary()).openPositions).toBe(0)
    await store.close()
    const next = await openDemo({ disk, env: { SYMBOLS: 'XRPEUR' }, strategies: strategyFolder({ holder }) })
    expect([next.service.resumed, next.service.symbols]).toEqual([true, ['XRPEUR']])
  })

  test('a strategy on a symbol that is not traded stops the start', async () => {
    const starting = openDemo({ env: { STRATEGIES: 'rsi:BTCEUR' } })
    await expect(starting).rejects.toThrow('STRATEGIES: BTCEUR in "rsi:BTCEUR" is not among the traded symbols ADAEUR.')
    await expect(starting).rejects.toBeInstanceOf(ConfigError)
  })
})
