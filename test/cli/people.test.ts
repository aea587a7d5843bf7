/** Who is told of trouble at the venue, and when. */
import { expect, test } from 'vitest'
import { People } from '../../src/cli/people.ts'

test('trouble of a start is told once there is somebody to be told, in order and once, and what comes later at once', () => {
  const people = new People()
  people.trouble('the start waits')
  people.trouble('a symbol is halted')
  const told: string[] = []
  people.by(text => void told.push(text))
  expect(told).toEqual(['the start waits', 'a symbol is halted'])
  people.trouble('user data is lost')
  expect(told.slice(2)).toEqual(['user data is lost'])
})
