/** The runner around the cards: whom it speaks to, what it prints and writes, and what never gets out. */
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { beliefs } from '#simulator/switches.ts'
import type { Card } from './card.ts'
import { allCards } from './cards/all.ts'
import { Binance } from './client/binance.ts'
import { credentialsOf } from './client/keys.ts'
import { refusalOf, targetOf, testnet } from './client/target.ts'
import { confirmed, standing } from './confirmed.ts'
import { openInside } from './inside.ts'
import { factsMain } from './main.ts'
import { runCard } from './run.ts'
import { Difference, NotRun } from './seen.ts'
import { Transcript } from './transcript.ts'

const folder = mkdtempSync(join(tmpdir(), 'facts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function main(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = []
  return { code: await factsMain(args, env, line => lines.push(line)), lines }
}

describe('the cards', () => {
  test('are at least sixty, each with an id of its own', () => {
    expect(allCards.length).toBeGreaterThanOrEqual(60)
    expect(new Set(allCards.map(({ id }) => id)).size).toBe(allCards.length)
  })

  test('say what they say in one sentence, and where it is written', () => {
    const source =
      /^(binance\.md \d+(\.\d+)?|faults\.md \d+\.\d+|(errors|enums|filters|rest-api|user-data-stream|web-socket-api|web-socket-streams|fix-api|CHANGELOG|faqs\/[a-z_-]+)\.md\b.*) \[(D|C|X|M|inf)\]$/
    expect(allCards.filter(card => !/^.{3,}[."]$/.test(card.says)).map(({ id, says }) => [id, says])).toEqual([])
    expect(allCards.filter(card => !source.test(card.source)).map(({ id, source }) => [id, source])).toEqual([])
  })

  test('of what was not verified name their switch, and every switch has a card', () => {
    expect(allCards.filter(card => /\[(M|inf)\]$/.test(card.source) && card.switch === undefined).map(({ id }) => id)).toEqual([])
    expect(Object.keys(beliefs).filter(name => !allCards.some(card => card.switch === name))).toEqual([])
  })

  test('are confirmed only where confirmed.json says so', () => {
    expect(Object.keys(confirmed).filter(id => !allCards.some(card => card.id === id))).toEqual([])
    for (const { date, site } of Object.values(confirmed))
      expect([date, site]).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d$/), testnet.site])
    for (const { id } of allCards) expect(standing(id)).toMatch(id in confirmed ? /^confirmed/ : /^unconfirmed$/)
  })
})

describe('it speaks to', () => {
  test.each([
    ['https://api.binance.com', /never with real money/],
    ['https://api1.binance.com/api', /never with real money/],
    ['https://demo-api.binance.com', /never with real money/],
    ['https://testnet.binance.vision.example.com', /never with real money/],
    ['https://127.0.0.1.example.com', /never with real money/],
    ['http://testnet.binance.vision', /never with real money/],
    ['http://localhost:8080', /never with real money/],
    ['http://127.0.0.1@api.binance.com', /user or password/],
    ['127.0.0.1:8080', /never with real money|not an address/],
    ['ws://127.0.0.1:8080', /not a REST address/],
  ])('not %s', async (address, why) => {
    expect(() => targetOf(address)).toThrow(why)
    const { code, lines } = await main(['--url', address])
    expect([code, lines.join('\n')]).toEqual([2, expect.stringMatching(why)])
  })

  test('the testnet and 127.0.0.1', () => {
    for (const address of [testnet.rest, testnet.wsApi, testnet.streams]) expect(refusalOf(address)).toBeNull()
    expect(targetOf('http://127.0.0.1:8080')).toMatchObject({ kind: 'local', wsApi: 'ws://127.0.0.1:8080/ws-api/v3' })
    expect(targetOf('https://testnet.binance.vision')).toBe(testnet)
  })

  test('nobody that a redirect leads to', async () => {
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(302, { location: 'https://api.binance.com/api/v3/time' })
      response.end()
    })
    onTestFinished(() => void server.close())
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { code, lines } = await main(['--url', url, '--out', join(folder, 'redirect')], {
      BINANCE_API_KEY: 'a-key',
      BINANCE_SECRET_KEY: 'a-secret',
    })
    expect([code, asked]).toEqual([2, ['/api/v3/time']])
    expect(lines.join('\n')).toMatch(/could not be asked/)
  })

  test('nobody without keys, and says where they are made', async () => {
    const { code, lines } = await main(['--testnet'])
    expect([code, lines.join()]).toEqual([2, expect.stringMatching(/BINANCE_API_KEY.*testnet\.binance\.vision/)])
  })

  test('nobody with a key that cannot be read, of which nothing is printed', async () => {
    const secret = '-----BEGIN PRIVATE KEY-----\nCANARYCANARYCANARY\n-----END PRIVATE KEY-----'
    const { code, lines } = await main(['--testnet'], { BINANCE_API_KEY: 'k', BINANCE_SECRET_KEY: secret })
    expect(code).toBe(2)
    expect(lines.join()).not.toMatch(/CANARY/)
  })
})

describe('npm run facts', () => {
  test('runs one card without anything, and says that it is unconfirmed', async () => {
    const { code, lines } = await main(['--card', 'id-reusable-after-fill'])
    expect(code).toBe(0)
    expect(lines[0]).toBe('simulator, BTCEUR: 1 of the cards')
    expect(lines[1]).toMatch(/^agrees {3}id-reusable-after-fill: .*faults\.md 0\.1 \[D\]; unconfirmed\)$/)
    expect(lines[2]).toBe('1 agree, 0 differ, 0 not run, 0 broken')
    expect(existsSync('facts-transcript.jsonl')).toBe(false)
  })

  test('lists the cards', async () => {
    const { code, lines } = await main(['--list'])
    expect([code, lines.length]).toEqual([0, allCards.length])
  })

  test.each([
    [['--card', 'no-such'], /--list names them/],
    [['--colour'], /--colour/],
    [['--testnet', '--url', 'http://127.0.0.1:1'], /give one of them/],
  ])('refuses %j', async (args, why) => {
    const { code, lines } = await main(args)
    expect([code, lines.join()]).toEqual([2, expect.stringMatching(why)])
  })

  test('asks a simulator by its address, and writes a transcript without keys, signatures and account numbers', async () => {
    const inside = await openInside()
    onTestFinished(() => inside.simulator.close())
    const [apiKey, secret] = inside.secrets as [string, string]
    const out = join(folder, 'transcript.jsonl')
    const cards = ['account-fields', 'id-duplicate-while-open', 'sign-ed25519', 'user-frames', 'key-unknown', 'request-form']
    const args = ['--url', inside.simulator.url, '--out', out, ...cards.flatMap(card => ['--card', card])]
    const { code, lines } = await main(args, { BINANCE_API_KEY: apiKey, BINANCE_SECRET_KEY: secret })
    expect([code, lines.at(-2)]).toEqual([0, '5 agree, 0 differ, 1 not run, 0 broken'])
    expect(lines.join('\n')).toMatch(/not run {2}sign-ed25519:.*\n +it needs an Ed25519 key/)

    const text = readFileSync(out, 'utf8')
    const rows = text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    // what somebody else needs to judge a card is there
    const refused = rows.find(row => row['card'] === 'id-duplicate-while-open' && row['status'] === 400)
    expect(refused).toMatchObject({
      request: 'POST /api/v3/order',
      limits: { 'x-mbx-used-weight-1m': expect.any(String) },
      answer: { code: -2010, msg: 'Duplicate order sent.' },
      at: expect.stringMatching(/^\d{4}-/),
    })
    expect(rows.some(row => 'came' in row) && rows.some(row => 'sent' in row)).toBe(true)
    expect(rows.at(-1)).toMatchObject({ counts: { agrees: 5, differs: 0, not_run: 1, broken: 0 } })
    // and nothing that is nobody's business
    for (const canary of inside.secrets) for (const form of [canary, encodeURIComponent(canary)]) expect(text).not.toContain(form)
    expect(text).not.toMatch(/signature=(?!…)|"signature":"(?!…)|"uid":(?!"…")|"X-MBX-APIKEY":"(?!…)/)
    expect(text).toMatch(/signature=…/)
  })
})

describe('a transcript', () => {
  const told = (secrets: readonly string[], tell: (transcript: Transcript) => void): string => {
    const lines: string[] = []
    tell(new Transcript(secrets, line => lines.push(line)))
    return lines.join('\n')
  }

  test('hides a secret wherever it stands, in all its spellings', () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    const body = pem.split('\n')[1]!
    const text = told(['canary/key+1', pem], transcript => {
      transcript.note({ outcome: { seen: `the key canary/key+1, ${encodeURIComponent('canary/key+1')}, and ${pem}` } })
      transcript.frame('ws-api', 'came', `not JSON: canary/key+1 ${body}`)
    })
    expect(text).not.toMatch(/canary/)
    expect(text).not.toContain(body)
  })

  test('hides addresses of the internet, not prices', () => {
    const text = told([], transcript =>
      transcript.note({ msg: 'Invalid API-key, request ip: 203.0.113.7', price: '12.50000000', at: '127.0.0.1' }),
    )
    expect(text).toContain('request ip: …')
    expect(text).toContain('12.50000000')
    expect(text).toContain('127.0.0.1')
  })

  test('hides account numbers in answers that are cut', () => {
    const balances = Array.from({ length: 200 }, (_, index) => ({ asset: `A${index}`, free: '1.00000000' }))
    const text = told([], transcript =>
      transcript.rest(
        { method: 'GET', path: '/api/v3/account', query: '', headers: {} },
        { status: 200, headers: new Headers(), text: JSON.stringify({ uid: 354937868, balances }) },
      ),
    )
    expect(text).not.toContain('354937868')
  })
})

describe('a card', () => {
  const card = (run: Card['run'], needs: Card['needs'] = []): Card => ({
    id: 'c',
    says: 'It is so.',
    source: 'binance.md 1 [D]',
    needs,
    run,
  })

  test.each([
    ['agrees', card(() => Promise.resolve()), { kind: 'agrees' }],
    ['differs', card(() => Promise.reject(new Difference('a', 'b'))), { kind: 'differs', expected: 'a', seen: 'b' }],
    ['is not run', card(() => Promise.reject(new NotRun('because'))), { kind: 'not_run', why: 'because' }],
    [
      'is broken',
      card(() => Promise.reject(new Error('fetch failed', { cause: new Error('ECONNRESET') }))),
      { kind: 'broken', why: 'fetch failed: ECONNRESET' },
    ],
  ])('%s', async (_, made, outcome) => {
    const { binance, close } = await opened()
    expect(await runCard(made, binance)).toEqual(outcome)
    await close()
  })

  test('leaves no order open and no setting changed', async () => {
    const { binance, close } = await opened()
    const spoiling = card(async one => {
      await one.rests('BUY')
      await one.control.symbol({ status: 'HALT', filters: [{ filterType: 'MAX_POSITION', maxPosition: '0' }] })
      await one.control.admin('limits', { orders10s: 0 })
    })
    expect(await runCard(spoiling, binance)).toEqual({ kind: 'agrees' })
    expect((await binance.rest.done('GET', '/api/v3/openOrders', { symbol: binance.symbol })).value).toEqual([])
    expect((await binance.rests('BUY')).text('status')).toBe('NEW')
    await close()
  })

  test('signs as the documentation’s example does', () => {
    const secret = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j'
    const payload = 'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559'
    expect(credentialsOf('k', secret).sign(payload)).toBe('c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71')
  })
})

async function opened(): Promise<{ binance: Binance; close: () => Promise<void> }> {
  const inside = await openInside()
  const transcript = new Transcript(inside.secrets, () => {})
  const binance = await Binance.open({ target: inside.target, keys: inside.keys, transcript, symbol: null })
  return {
    binance,
    close: () => {
      binance.close()
      return inside.simulator.close()
    },
  }
}
