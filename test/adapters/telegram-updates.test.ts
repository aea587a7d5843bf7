import type { CallbackQuery, Chat, Message, Update, User } from 'grammy/types'
import { describe, expect, test } from 'vitest'
import { readUpdate } from '#adapters/telegram/updates.ts'
import type { Time } from '#domain/time.ts'
import { commands } from '../support/fake-desk.ts'

const me = { id: 4242, username: 'root_bot' }
const NOW = 1_700_000_000_000 as Time
const ann: User = { id: 42, is_bot: false, first_name: 'Ann' }
const inPrivate: Chat = { id: 42, type: 'private', first_name: 'Ann' }
const room: Chat = { id: -1001, type: 'supergroup', title: 'Room' }

const message = (text: string, more: object = {}): Message =>
  ({ message_id: 7, from: ann, chat: inPrivate, date: NOW / 1000, text, ...more }) as Message
const press = (data: string, more: object = {}): CallbackQuery =>
  ({
    id: 'q',
    from: ann,
    chat_instance: '1',
    data,
    message: message('…', { from: { ...me, is_bot: true, first_name: 'Root' } }),
    ...more,
  }) as CallbackQuery

/** Every kind of update that could carry a command, and whether it acts. */
const kinds: readonly [kind: string, acts: boolean, make: (text: string) => object][] = [
  ['a plain message', true, text => ({ message: message(text) })],
  ['a press of our button', true, text => ({ callback_query: press(`c:${text}`) })],
  ['an edited message', false, text => ({ edited_message: message(text, { edit_date: 1 }) })],
  ['a channel post', false, text => ({ channel_post: message(text, { chat: { id: -9, type: 'channel', title: 'C' } }) })],
  ['an edited channel post', false, text => ({ edited_channel_post: message(text) })],
  ['a business message', false, text => ({ business_message: message(text, { business_connection_id: 'b' }) })],
  ['an inline query', false, text => ({ inline_query: { id: 'i', from: ann, query: text, offset: '' } })],
  ['a chosen inline result', false, text => ({ chosen_inline_result: { result_id: 'r', from: ann, query: text } })],
  ['a poll', false, text => ({ poll: { id: 'p', question: text, options: [{ text, voter_count: 1 }] } })],
  ['a poll answer', false, text => ({ poll_answer: { poll_id: text, user: ann, option_ids: [0] } })],
  ['a shipping query', false, text => ({ shipping_query: { id: 's', from: ann, invoice_payload: text } })],
  ['a pre-checkout query', false, text => ({ pre_checkout_query: { id: 's', from: ann, invoice_payload: text } })],
  [
    'a reaction',
    false,
    text => ({ message_reaction: { chat: inPrivate, message_id: 7, user: ann, new_reaction: [{ type: 'emoji', emoji: text }] } }),
  ],
  ['a change of a member', false, text => ({ my_chat_member: { chat: { ...room, title: text }, from: ann, date: 1 } })],
  ['a request to join', false, text => ({ chat_join_request: { chat: room, from: ann, bio: text, date: 1 } })],
  // messages that are no plain new ones of a person
  ['a forward', false, text => ({ message: message(text, { forward_origin: { type: 'user', date: 1, sender_user: ann } }) })],
  ['a message by way of a bot', false, text => ({ message: message(text, { via_bot: { ...ann, is_bot: true } }) })],
  ['a message of a bot', false, text => ({ message: message(text, { from: { ...ann, is_bot: true } }) })],
  ['a message in the name of a chat', false, text => ({ message: message(text, { chat: room, sender_chat: room }) })],
  [
    'an anonymous admin',
    false,
    text => ({ message: message(text, { chat: room, sender_chat: room, from: { id: 1_087_968_824, is_bot: true, first_name: 'Group' } }) }),
  ],
  [
    'a post forwarded into its group',
    false,
    text => ({
      message: message(text, { chat: room, is_automatic_forward: true, from: { id: 777_000, is_bot: false, first_name: 'Telegram' } }),
    }),
  ],
  ['a caption', false, text => ({ message: message(text, { text: undefined, caption: text, photo: [] }) })],
  ['a message without a sender', false, text => ({ message: message(text, { from: undefined }) })],
  ['a private chat of another', false, text => ({ message: message(text, { chat: { ...inPrivate, id: 43 } }) })],
  [
    'a press under a message of another bot',
    false,
    text => ({ callback_query: press(`c:${text}`, { message: message('…', { from: { id: 5, is_bot: true, first_name: 'X' } }) }) }),
  ],
  ['a press of a bot', false, text => ({ callback_query: press(`c:${text}`, { from: { ...ann, is_bot: true } }) })],
  ['a press of an inline message', false, text => ({ callback_query: press(`c:${text}`, { message: undefined, inline_message_id: 'x' }) })],
  ['a press with foreign data', false, text => ({ callback_query: press(text) })],
]

describe.each([...commands.keys()])('%s', name => {
  const text = `/${name} btc 1`
  test('only a plain message and a press of our button act', () => {
    const acting = kinds.filter(([, , make]) => readUpdate({ update_id: 1, ...make(text) } as Update, me, NOW) !== null)
    expect(acting.map(([kind]) => kind)).toEqual(kinds.filter(([, acts]) => acts).map(([kind]) => kind))
  })
})

describe('a message', () => {
  const read = (text: string, more: object = {}) => readUpdate({ update_id: 9, message: message(text, more) } as Update, me, NOW)?.message

  test('is read with the ids of who, where and which', () => {
    expect(read('/buy btc 50 eur', { from: { ...ann, last_name: 'Lee', username: 'ann' } })).toEqual({
      platform: 'telegram',
      bot: '4242',
      update: '9',
      message: '7',
      chat: '42',
      place: null,
      user: '42',
      name: 'Ann Lee @ann',
      text: '/buy btc 50 eur',
      button: false,
      sentAt: NOW,
    })
  })

  test.each([
    ['/status', { chat: room }, true],
    ['/status@root_bot', { chat: room }, true],
    ['/STATUS@ROOT_BOT btc', { chat: room }, true],
    ['/status@other_bot', { chat: room }, false],
    ['/status@other_bot', {}, false],
    ['buy btc', { chat: room }, false],
    ['buy btc', {}, true],
  ])('%s in %o: %s', (text, more, acts) => {
    expect(read(text, more) !== undefined).toBe(acts)
  })

  test('in a group names the group', () => {
    expect(read('/status', { chat: room })).toMatchObject({ chat: '-1001', place: '-1001', user: '42' })
  })
})

test('a press is its command, by an id of its own; "again" rewrites its message', () => {
  const taken = readUpdate({ update_id: 9, callback_query: press('r:positions btc') } as Update, me, NOW)
  expect(taken?.message).toMatchObject({ text: 'positions btc', message: 'press q', button: true, sentAt: NOW, user: '42' })
  expect(taken?.press).toEqual({ query: 'q', rewrite: 7 })
  expect(readUpdate({ update_id: 9, callback_query: press('c:pnl') } as Update, me, NOW)?.press).toEqual({ query: 'q', rewrite: null })
})
