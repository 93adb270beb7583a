const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i

/** The eight groups of an IPv6 address (RFC 4291, section 2.2), or null where it is none. */
const groupsOf = (address: string): ReadonlyArray<string> | null => {
  const [head = "", tail] = address.toLowerCase().split("::")
  const front = head === "" ? [] : head.split(":")
  const back = tail === undefined || tail === "" ? [] : tail.split(":")
  const missing = 8 - front.length - back.length
  if (tail === undefined ? missing !== 0 : missing < 1) return null
  return [...front, ...Array.from({ length: tail === undefined ? 0 : missing }, () => "0"), ...back]
}

/**
 * Who is behind an address, as limits count: an IPv4 address alone, the /64 of an IPv6 one, as whoever has one address of
 * it has them all. The address is the socket's. `X-Forwarded-For` is anybody's text; should there be a setting that names
 * proxies to trust, `RequestContext.ip` is where it belongs, and this stays as it is.
 */
export const sourceOf = (ip: string | null): string => {
  if (ip === null) return "nowhere"
  const [, four] = mapped.exec(ip) ?? []
  if (four !== undefined) return four
  if (!ip.includes(":")) return ip
  const groups = groupsOf(ip.split("%")[0] ?? "")
  return groups === null ? ip : `${groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`
}
