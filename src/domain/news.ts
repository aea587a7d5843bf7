/** What is pushed to people's phones, and how loud. */
import { formatTime, type Time } from './time.ts'
import { lineOf, type Told } from './told.ts'

/** Kinds of news, each as loud as people set it. */
export const newsKinds = ['signal', 'order', 'fill', 'stop_moved', 'stop_hit', 'denied', 'halt', 'start', 'stop', 'trouble'] as const
/** See `newsKinds`. `halt`: every change of the mode; `start` and `stop`: of the service. */
export type NewsKind = (typeof newsKinds)[number]

/** How news arrive: with a sound, without, or not at all. */
export const volumes = ['loud', 'silent', 'off'] as const
/** See `volumes`. */
export type Volume = (typeof volumes)[number]
/** The volume of each kind. */
export type Volumes = Readonly<Record<NewsKind, Volume>>

/** As long as nobody says otherwise: what moves money is loud, what leads to it silent, what repeats it off. */
export const usualVolumes: Volumes = {
  signal: 'silent',
  order: 'off',
  fill: 'loud',
  stop_moved: 'silent',
  stop_hit: 'loud',
  denied: 'silent',
  halt: 'loud',
  start: 'loud',
  stop: 'loud',
  trouble: 'loud',
}

/** A piece of news, to be pushed in order. */
export interface News {
  readonly kind: NewsKind
  readonly text: string
  readonly time: Time
}

/** True for the name of a kind of news. */
export const isNewsKind = (text: string): text is NewsKind => (newsKinds as readonly string[]).includes(text)
/** True for a volume. */
export const isVolume = (text: string): text is Volume => (volumes as readonly string[]).includes(text)

/** Reads volumes as a setting has them: "signal:off,fill:loud"; the rest is as usual. Throws RangeError with the rule. */
export function readVolumes(text: string): Volumes {
  const read: Record<string, Volume> = { ...usualVolumes }
  for (const part of text.split(',').map(one => one.trim())) {
    if (part === '') continue
    const [kind = '', volume = ''] = part.toLowerCase().split(':')
    if (!isNewsKind(kind)) throw new RangeError(`"${kind}" is no kind of news: write one of ${newsKinds.join(', ')}`)
    if (!isVolume(volume)) throw new RangeError(`"${part}" is not loud, silent or off: write ${kind}:silent`)
    read[kind] = volume
  }
  return read as Volumes
}

function kindOf(told: Told): NewsKind | null {
  switch (told.kind) {
    case 'fill':
      return told.record.purpose === 'protection' && told.record.reason.includes('stop') ? 'stop_hit' : 'fill'
    case 'closed':
      return 'fill'
    case 'mode':
      return 'halt'
    case 'account':
      return 'trouble'
    case 'dust':
      return null
    default:
      return told.kind
  }
}

/** What happened as news: a head with what, of what and when, and the wording under it. Null: nobody's phone needs it. */
export function newsOf(told: Told): News | null {
  const kind = kindOf(told)
  if (kind === null) return null
  const { time, symbol, owner, what, text } = lineOf(told)
  const about = symbol === '-' ? `by ${owner}` : `${symbol} ${owner}`
  return { kind, text: `${what} · ${about} · ${formatTime(time)}\n${text}`, time }
}
