const hues = 8

const hueOf = (id: string): number => [...id].reduce((sum, char) => sum + (char.codePointAt(0) ?? 0), 0) % hues

const initialsOf = (name: string): string => {
  const words = name.split(/\s+/u).filter((word) => word !== "")
  return [words.at(0), words.length > 1 ? words.at(-1) : undefined].map((word) => [...word ?? ""][0] ?? "").join("")
}

/** Somebody at a glance; their name stands beside it or is said to who cannot see it. */
export const Initials = ({ id, name }: { readonly id: string; readonly name: string }) => (
  <span className={`initials hue-${hueOf(id)}`} data-initials={initialsOf(name)} aria-hidden />
)
