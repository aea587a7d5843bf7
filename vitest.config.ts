import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // one more than the two cores that are meant: many tests wait for another process, and some for the clock
    maxWorkers: 3,
    // a test file that changes something for all of the process puts it back: loading everything anew for each costs a fifth of the time
    isolate: false,
    // many tests start the program as a process of its own: compiling it is most of what that takes
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
  },
})
