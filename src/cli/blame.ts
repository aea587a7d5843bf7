import { fileURLToPath } from 'node:url'

/**
 * In words, what a strategy's own file threw: where, what, the mend. Null where something else threw. `folder`: where strategies are.
 */
export function blameOf(error: unknown, folder: URL): string | null {
  if (!(error instanceof Error)) return null
  const place = /^\s+at .*$/m.exec(error.stack ?? '')?.[0].match(/(file:.+):(\d+):\d+\)?$/)
  if (!place?.[1]!.startsWith(folder.href)) return null
  return `${fileURLToPath(place[1]!)}, line ${place[2]}: it threw "${error.message}". Mend the file, or take it out of the folder.`
}
