import { assert, describe, it } from "@effect/vitest"
import { MessageId, UserId } from "@opsdesk/kernel/Ids"
import { userIdOf } from "@opsdesk/testkit/actors"
import type { Happening } from "../src/Happening.ts"
import type { Letter } from "../src/Letter.ts"
import { asHtml, asPost, asText, subjectLine } from "../src/Letter.ts"
import { because, headlineOf, quoteOf } from "../src/wording.ts"

const names = new Map([
  [userIdOf("ada"), { name: "Ada Brandt" }],
  [userIdOf("amir"), { name: "Amir\nNassar " }]
])
const [ada, amir, carla] = [userIdOf("ada"), userIdOf("amir"), userIdOf("carla")]

const said = (body: string, visibility: "public" | "internal" = "public"): Happening => ({
  type: "message.sent",
  payload: { message: { id: MessageId.make("0198c7a2-0000-7000-8000-00000000c001"), body, visibility } }
})
const given = (from: UserId | null, to: UserId | null): Happening => ({
  type: "ticket.assigned",
  payload: { from, to }
})
const moved = (comment: string | null): Happening => ({
  type: "ticket.status_changed",
  payload: { from: "in_progress", to: "resolved", comment }
})

describe("what happened, in one line", () => {
  const lines: ReadonlyArray<readonly [Happening, by: UserId | null, you: UserId | null, line: string]> = [
    [{ type: "ticket.created", payload: { ticket: { description: "" } } }, ada, carla, "Ada Brandt opened the ticket"],
    [given(null, ada), ada, carla, "Ada Brandt took the ticket"],
    [given(null, amir), ada, amir, "Ada Brandt gave the ticket to you"],
    [given(null, amir), ada, carla, "Ada Brandt gave the ticket to Amir Nassar"],
    [given(ada, null), ada, carla, "Ada Brandt gave the ticket back"],
    [given(amir, null), ada, carla, "Ada Brandt left the ticket to nobody"],
    [moved(null), ada, carla, "Ada Brandt moved the ticket from in progress to resolved"],
    [said("Hm"), amir, carla, "Amir Nassar wrote"],
    [said("Hm", "internal"), amir, ada, "Amir Nassar left an internal note"],
    [moved(null), null, carla, "Somebody moved the ticket from in progress to resolved"],
    [said("Hm"), UserId.make("0198c7a2-0000-7000-8000-00000000dead"), null, "Somebody wrote"]
  ]

  it.each(lines)("%#", (happening, by, you, line) => {
    assert.strictEqual(headlineOf(happening, by, you, names), line)
  })
})

describe("what somebody wrote", () => {
  it("is quoted, but for white space, and cut where it is long", () => {
    assert.strictEqual(quoteOf(said("One\r\ntwo\rthree\n\n")), "One\ntwo\nthree")
    assert.strictEqual(quoteOf(moved("Reader replaced.")), "Reader replaced.")
    assert.isNull(quoteOf(moved(null)))
    assert.isNull(quoteOf(said(" \n ")))
    assert.isNull(quoteOf(given(null, ada)))
    const long = quoteOf(said("🔑".repeat(5000)))
    assert.strictEqual(long, `${"🔑".repeat(4000)} …`)
  })
})

const letter: Letter = {
  subject: { number: 1042, title: "VPN drops\r\nevery ten minutes" },
  headline: "Ada Brandt wrote",
  quote: "Which floor?\n\nAnd since when?",
  link: "https://desk.test/tickets/1042",
  because: because("requester")
}

describe("a letter", () => {
  it("has a subject of one line", () => {
    assert.strictEqual(subjectLine(letter.subject), "[#1042] VPN drops every ten minutes")
  })

  it("reads as plain text", () => {
    assert.strictEqual(
      asText(letter),
      `Ada Brandt wrote:

> Which floor?
>
> And since when?

#1042 VPN drops every ten minutes
https://desk.test/tickets/1042

-- 
You get this because the ticket was opened for you.
`
    )
    assert.match(asText({ ...letter, quote: null }), /^Ada Brandt wrote\.\n\n#1042/)
  })

  it("says the same in HTML, and fetches nothing", () => {
    const html = asHtml(letter)
    for (const part of ["Ada Brandt wrote:", "Which floor?\n\nAnd since when?", "#1042", letter.link, letter.because]) {
      assert.include(html, part)
    }
    assert.notMatch(html, /<(script|img|link|iframe|form)|src=|@import|url\(/i)
  })

  const hostile = "<script>alert(1)</script>\"'&amp; <img src=x onerror=alert(1)>"

  it("keeps every text a text in HTML", () => {
    const evil = asHtml({
      subject: { number: 1, title: hostile },
      headline: hostile,
      quote: hostile,
      link: `https://desk.test/"onmouseover="alert(1)`,
      because: hostile
    })
    assert.notMatch(evil, /<(script|img)/i)
    assert.notInclude(evil, "\"onmouseover")
    // As title of the page, as heading, as headline, as quote and as reason.
    assert.strictEqual(evil.split("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;amp;").length - 1, 5)
  })

  it("leaves out everybody's own words in a post, and takes no mark-up from them", () => {
    const post = asPost("d1", { ...letter, subject: { number: 1, title: "<!channel> a|b & c" } })
    assert.deepStrictEqual(post, {
      id: "d1",
      text: "<https://desk.test/tickets/1042|#1 &lt;!channel&gt; a¦b &amp; c>\nAda Brandt wrote"
    })
  })
})
