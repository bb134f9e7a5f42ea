import { createHmac } from 'node:crypto'

/** Who signs, and who believes it. */
export const secret = 'a secret of the storm, 32 bytes or more'

/** How long a token counts, in milliseconds; the hub allows for no difference of clocks. */
export const tokenLifeMs = 4_000

/** A JSON Web Token for somebody, which ends soon. */
export function tokenOf(name: string, lifeMs = tokenLifeMs): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = (Date.now() + lifeMs) / 1_000
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: name, exp })}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}
