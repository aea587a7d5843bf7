/** Plug-ins are files: the loader imports every file of a folder, and the file's name is the plug-in's name. */
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Scan } from '#analyzer/scan.ts'
import { Fault } from '#domain/fault.ts'
import { type AnyStrategy, isStrategy } from '#strategy'

/** A strategy with its name and its own copy of the candle loop (see analyzer/scan.ts). */
export interface LoadedStrategy {
  readonly name: string
  readonly strategy: AnyStrategy
  readonly scan: Scan
}

const ENDING = '.ts'
const MADE_BY = 'a strategy, made by defineStrategy or defineBasket, with params: z.object({ … }), indicators and decide'

/** Takes a file that cannot be used, by its name and what is wrong with it. */
export type OnBroken = (name: string, fault: Fault) => void

/**
 * Imports every .ts file of a folder, by name in order. A file that cannot be imported, or whose default export is not what the folder
 * holds (`check`), stops the start: throws a Fault that names the file, unless `onBroken` takes it.
 */
export async function loadFolder<T>(
  folder: URL,
  check: (value: unknown) => value is T,
  wanted: string,
  onBroken: OnBroken = (_, fault) => {
    throw fault
  },
): Promise<Map<string, T>> {
  const base = folder.href.endsWith('/') ? folder : new URL(`${folder.href}/`)
  const found = new Map<string, T>()
  for (const file of (await filesOf(base)).sort()) {
    const url = new URL(encodeURIComponent(file), base)
    const name = file.slice(0, -ENDING.length)
    let value: unknown
    try {
      value = ((await import(url.href)) as { readonly default?: unknown }).default
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      onBroken(name, brokenFile(url, `it cannot be loaded (${why})`, cause))
      continue
    }
    if (check(value)) found.set(name, value)
    else onBroken(name, brokenFile(url, `the default export must be ${wanted}`))
  }
  return found
}

const brokenFile = (url: URL, what: string, cause?: unknown): Fault =>
  new Fault('misconfigured', `${fileURLToPath(url)}: ${what}. Mend the file, or take it out of the folder.`, { cause })

async function filesOf(folder: URL): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(name => name.endsWith(ENDING) && !name.endsWith(`.d${ENDING}`))
  } catch (cause) {
    throw new Fault('misconfigured', `${fileURLToPath(folder)}: there is no such folder. Make it, or name another.`, { cause })
  }
}

/** All strategies of a folder by name. Throws a Fault that names the bad file, unless `onBroken` takes it. */
export async function loadStrategies(folder: URL, onBroken?: OnBroken): Promise<Map<string, LoadedStrategy>> {
  const strategies = await loadFolder(folder, isStrategy, MADE_BY, onBroken)
  const loaded = new Map<string, LoadedStrategy>()
  for (const [name, strategy] of strategies) {
    // the query makes it a module of its own, so that this strategy's decide is inlined into its own loop
    const { scan } = (await import(new URL(`./analyzer/scan.ts?for=${encodeURIComponent(name)}`, import.meta.url).href)) as {
      readonly scan: Scan
    }
    loaded.set(name, { name, strategy, scan })
  }
  return loaded
}
