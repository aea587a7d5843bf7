import type { IncomingMessage } from 'node:http'

/** The address that is asked for. A path that begins with two slashes names no host. */
export const urlOf = ({ url = '/' }: IncomingMessage): URL => new URL(`http://simulator${url.startsWith('/') ? url : '/'}`)
