/** Who may do what, by numeric ids. Names change and are not unique; an empty list is nobody. */
import type { Role } from '#command'
import type { Incoming, Platform } from '#ports/messenger.ts'

/** The listed people and places of one platform. */
export interface Listed {
  readonly admins: readonly string[]
  readonly traders: readonly string[]
  readonly viewers: readonly string[]
  /** Groups or guilds in which listed people are answered. */
  readonly places: readonly string[]
}

/** Lists by platform; none: the platform is not in use. */
export type Access = Readonly<Partial<Record<Platform, Listed>>>

/** A person's role on a platform: the highest of the lists that name the id, or null. */
export function roleOf(access: Access, platform: Platform, user: string): Role | null {
  const listed = access[platform]
  if (listed === undefined) return null
  if (listed.admins.includes(user)) return 'admin'
  if (listed.traders.includes(user)) return 'trader'
  return listed.viewers.includes(user) ? 'viewer' : null
}

/** True where listed people are answered: in private, and in listed groups and guilds. */
export const isAnswered = (access: Access, { platform, place }: Pick<Incoming, 'platform' | 'place'>): boolean =>
  place === null || access[platform]?.places.includes(place) === true

/** All listed people of a platform, each once. */
export const peopleOf = (access: Access, platform: Platform): readonly string[] => {
  const listed = access[platform]
  return listed === undefined ? [] : [...new Set([...listed.admins, ...listed.traders, ...listed.viewers])]
}
