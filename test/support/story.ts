/** Scenes with what has to come of them: a table of these is a table of tests. */
import { expect, test } from 'vitest'
import { lines, play, type Scene } from './desk.ts'

/** A scene and its log, a line each. */
interface Story {
  readonly name: string
  readonly scene: Scene
  readonly story: string
  /** Bars in which it is not known whether stop or target came first. */
  readonly ambiguous?: number
}

/** Plays each scene and compares what happened. */
export const tell = (stories: readonly Story[]): void => {
  test.each(stories)('$name', ({ scene, story, ambiguous = 0 }) => {
    const { log, ambiguousBars } = play(scene)
    expect(log).toEqual(lines(story))
    expect(ambiguousBars).toBe(ambiguous)
  })
}
