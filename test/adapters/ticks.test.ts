/** Ticks from files: the layouts that are taken, where quotes belong among trades, and what is refused with file, line and rule. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readTicks, symbolOf } from '#adapters/files/ticks.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'roottrading-ticks-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
function file(text: string, name = 'BTCUSDT-trades.csv'): string {
  files++
  const path = join(folder, `${files}-${name}`)
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text)
  return path
}
const trades = async (...paths: string[]) => {
  const { time, id, price, quantity, buyerMaker } = (await readTicks('BTCUSDT', paths, [])).trades
  return [...time].map((at, place) => [at, id[place], price[place], quantity[place], buyerMaker[place]])
}
const MS = 1_723_161_255_342

describe('trades', () => {
  const expected = [
    [MS, 7, 61_837.63, 0.02, 1],
    [MS + 1, 8, 61_838, 0.5, 0],
  ]
  test.each([
    ['as Binance publishes them', `7,61837.63,0.02,1236.75,${MS},True,True\n8,61838,0.5,30919,${MS + 1},False,True\n`],
    ['in microseconds, without the best match', `7,61837.63,0.02,1236.75,${MS}123,true\r\n8,61838,0.5,30919,${MS + 1}999,false\r\n`],
    [
      'with Binance’s header',
      `id,price,qty,quote_qty,time,is_buyer_maker,is_best_match\n7,61837.63,0.02,1236.75,${MS},true,true\n8,61838,0.5,1,${MS + 1},false,true`,
    ],
    [
      'of a recorded stream',
      `recvTimeNs,eventTimeMs,tradeTimeMs,tradeId,price,qty,buyerIsMaker\n1723161254087896568,${MS + 5},${MS},7,61837.63,0.02,true\n1723161254347673567,${MS + 6},${MS + 1},8,61838,0.5,false\n`,
    ],
    ['with sides', `timeMs,tradeId,side,price,amount\n${MS},7,sell,61837.63,0.02\n${MS + 1},8,buy,61838,0.5\n`],
  ])('%s', async (_, text) => {
    expect(await trades(file(text))).toEqual(expected)
    expect(await trades(file(text, 'BTCUSDT-trades.csv.gz'))).toEqual(expected)
  })

  test('files of a symbol follow one another, however long they are', async () => {
    const rows = Array.from({ length: 50_000 }, (_, place) => `${place},100.${place % 10},1,1,${MS + place},true,true`)
    const [one, other] = [file(rows.slice(0, 30_001).join('\n')), file(rows.slice(30_001).join('\n'), 'BTCUSDT-more.csv.gz')]
    const found = await trades(one, other)
    expect(found).toHaveLength(50_000)
    expect(found[40_007]).toEqual([MS + 40_007, 40_007, 100.7, 1, 1])
    await expect(trades(other, one)).rejects.toThrow(`${one}, line 1: the trade 0 comes after 49999: ids have to rise`)
  })

  const row = (id: number, time: number | string = MS, price = '100', quantity = '1', maker = 'true'): string =>
    `${id},${price},${quantity},100,${time},${maker},true`
  test.each([
    ['', 'line 1: there is no trade in it'],
    [`time,price\n1,2`, 'line 1: its columns are not known. They are id,price,qty,quoteQty,time,isBuyerMaker'],
    [`${row(1)}\n1,2,3`, 'line 2: 6 fields are needed, there are 3'],
    [`${row(1)}\n${row(1)}`, 'line 2: the trade 1 comes after 1: ids have to rise'],
    [`${row(1)}\n${row(2, MS - 1)}`, 'line 2: the trades are not sorted by time (2024-08-08 23:54 comes late)'],
    [row(1, MS, '0'), 'line 1: a price has to be above zero, not 0'],
    [row(1, MS, '1', '-2'), 'line 1: a quantity has to be above zero, not -2'],
    [row(1, MS, 'dear'), 'line 1: "dear" is not a number'],
    [row(1, MS, '1', ''), 'line 1: "" is not a number'],
    [row(1, 1_723_161_255), 'line 1: 1723161255 is not a time in UTC milliseconds or microseconds'],
    [row(1, `${MS}123456`), 'is not a time in UTC milliseconds or microseconds'],
    [row(1.5), 'line 1: 1.5 is not the id of a trade'],
    [row(1, MS, '1', '1', 'maybe'), 'line 1: "maybe" does not say whether the buyer was the maker'],
  ])('%j is refused', async (text, says) => {
    const path = file(text)
    await expect(trades(path)).rejects.toThrow(says)
    await expect(trades(path)).rejects.toThrow(path)
    await expect(trades(path)).rejects.toMatchObject({ kind: 'misconfigured' })
  })

  test('a file that is not there, or is not gzip', async () => {
    await expect(trades(join(folder, 'no-such.csv'))).rejects.toThrow('there is no such file. Name a CSV file (.gz allowed) of id,price')
    const path = join(folder, 'BTCUSDT-plain.csv.gz')
    writeFileSync(path, row(1))
    await expect(trades(path)).rejects.toThrow(`${path}: it cannot be read`)
  })
})

describe('best bids and asks', () => {
  const received = (ms: number): string => `${ms}000000`
  const recorded = [10, 20, 30].map((at, place) => `${received(MS - 1000 + at)},,${MS + at},${place + 1},100,1,true`).join('\n')
  const tradeFile = (): string => file(`recvTimeNs,eventTimeMs,tradeTimeMs,tradeId,price,qty,buyerIsMaker\n${recorded}\n`)
  const quotes = async (text: string, of = tradeFile()) => {
    const { quotes: found } = await readTicks('BTCUSDT', [of], [file(text, 'BTCUSDT-bookTicker.csv')])
    return [...found!.time].map((at, place) => [at - MS, found!.after[place], found!.bid[place], found!.askQuantity[place]])
  }
  const header = 'recvTimeNs,eventTimeMs,updateId,bid,bidQty,ask,askQty\n'

  test('belong where they were received; a receiver’s clock is not the exchange’s, and the next trade is not overtaken', async () => {
    const rows = [5, 12, 19, 20, 90].map(at => `${received(MS - 1000 + at)},,1,99.5,2,100.5,3`)
    // the fourth came with the second trade
    expect(await quotes(header + rows.join('\n'))).toEqual([
      [5, 0, 99.5, 3],
      [12, 1, 99.5, 3],
      [19, 1, 99.5, 3],
      [20, 2, 99.5, 3],
      [90, 3, 99.5, 3],
    ])
  })

  test('keep their own time where they have one, between the trades beside them', async () => {
    const rows = [
      [12, 15],
      [13, 99],
      [25, 3],
    ].map(([at, event]) => `${received(MS - 1000 + at!)},${MS + event!},1,99.5,2,100.5,3`)
    expect((await quotes(header + rows.join('\n'))).map(([time, after]) => [time, after])).toEqual([
      [15, 1],
      [20, 1],
      [20, 2],
    ])
  })

  test('go by their time where the trades were not received: behind the trade of the same moment', async () => {
    const published = file([10, 20].map((at, place) => `${place + 1},100,1,100,${MS + at},true,true`).join('\n'))
    const rows = [9, 10, 20].map(at => `1,${99.5},1,100.5,1,${MS + at},${MS + at}`)
    const found = await quotes(
      `update_id,best_bid_price,best_bid_qty,best_ask_price,best_ask_qty,transaction_time,event_time\n${rows.join('\n')}`,
      published,
    )
    expect(found.map(([time, after]) => [time, after])).toEqual([
      [9, 0],
      [10, 1],
      [20, 2],
    ])
  })

  test.each([
    ['1,2,3', 'line 1: its columns are not known. They are a header that names bid, bidQty, ask, askQty and a time'],
    [header, 'line 1: there is no quote in it'],
    [`${header}${received(MS)},,1,100.5,2,100.5,3`, 'line 2: the bid 100.5 is not below the ask 100.5'],
    [`${header}${received(MS)},,1,0,2,100.5,3`, 'line 2: a bid has to be above zero, not 0'],
    [`${header}${received(MS)},,1,99,-2,100.5,3`, 'line 2: a bid quantity cannot be below zero, as -2 is'],
    [`${header}${received(MS)},,1,99,2,100.5,3\n${received(MS - 1)},,1,99,2,100.5,3`, 'line 3: the quotes are not sorted by time'],
    ['eventTimeMs,bid,bidQty,ask,askQty\n,99,1,100,1', 'line 2: there is no time in it'],
  ])('%j is refused', async (text, says) => {
    await expect(quotes(text)).rejects.toThrow(says)
  })
})

test.each([
  ['data/ticks/BTCUSDT-trades.csv.gz', 'BTCUSDT'],
  ['ETHUSDC-trades-2024-08-08.csv', 'ETHUSDC'],
  ['XRPETH.csv', 'XRPETH'],
])('%s is of %s', (path, symbol) => {
  expect(symbolOf(path)).toBe(symbol)
})
