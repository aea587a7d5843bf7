import { expect, test } from 'vitest'
import type { Person } from '#command'
import command from '../../commands/whoami.ts'
import { commands, fakeDesk, shown } from '../support/fake-desk.ts'

const answer = async (person: Person): Promise<unknown> => (await command.run(fakeDesk().desk, {}, { person, commands })).blocks

test('at the terminal', async () => {
  expect(await shown('whoami')).toBe('You are at the terminal: admin.')
})

test.each<[string, Person, string[]]>([
  [
    'a stranger learns the id and where to put it',
    { name: 'Eve', role: null, from: { platform: 'telegram', user: '666', place: null } },
    ['Your id is 666.', 'You have no role here. To get one, put 666 into TELEGRAM_ADMINS, TELEGRAM_TRADERS or TELEGRAM_VIEWERS.'],
  ],
  [
    'in a group, that of the group too',
    { name: 'Ann', role: 'trader', from: { platform: 'telegram', user: '42', place: '-1001' } },
    ['Your id is 42.', 'This group is -1001; TELEGRAM_CHATS lists those that are answered.', 'Your role is trader.'],
  ],
  [
    'in a guild',
    { name: 'Ann', role: 'admin', from: { platform: 'discord', user: '42', place: '77' } },
    ['Your id is 42.', 'This guild is 77; DISCORD_GUILDS lists those that are answered.', 'Your role is admin.'],
  ],
])('%s', async (_, person, lines) => {
  expect(await answer(person)).toEqual([{ kind: 'text', text: lines.join('\n') }])
})
