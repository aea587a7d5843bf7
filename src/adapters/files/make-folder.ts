import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder where there is none, and those on its way. By hand: Node's own way never ends where a folder takes none (/proc), and says of a
 * disk that may only be read that there is no such file.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) return
  try {
    mkdirSync(path)
  } catch (error) {
    if (isFolder(path)) return // another process was faster
    const up = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || up === path || isFolder(up)) throw error
    makeFolder(up)
    makeFolder(path)
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
