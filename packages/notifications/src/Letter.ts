import type { Post } from "@opsdesk/capabilities/Notifier"

/** A ticket as letters name it. */
export interface Subject {
  readonly number: number
  readonly title: string
}

/** What a letter says, whatever it is written in. */
export interface Letter {
  readonly subject: Subject
  readonly headline: string
  /** Somebody's own words, with their line breaks. */
  readonly quote: string | null
  /** Where the ticket is. */
  readonly link: string
  readonly because: string
}

/** In one line, as a subject must be. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim()

/** The same for all mails of a ticket, as some readers gather mails by their subject. */
export const subjectLine = ({ number, title }: Subject): string => `[#${number}] ${oneLine(title)}`

/** As plain text (`format=flowed` is not promised: lines are as long as they are). */
export const asText = ({ because, headline, link, quote, subject }: Letter): string =>
  [
    quote === null ? `${headline}.` : `${headline}:`,
    ...(quote === null ? [] : ["", ...quote.split("\n").map((line) => `> ${line}`.trimEnd())]),
    "",
    `#${subject.number} ${oneLine(subject.title)}`,
    link,
    "",
    // By this line programs know where a signature begins (RFC 3676, section 4.3).
    "-- ",
    because,
    ""
  ].join("\n")

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\"": "&quot;",
  "'": "&#39;"
}

/** Text that stays text, between tags and within quotes. */
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => entities[char] ?? "")

const font = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"

/**
 * As HTML that mail programs show: one column of tables with styles in place, as many of them know nothing else, no picture
 * and nothing that is fetched. Every text is escaped.
 */
export const asHtml = ({ because, headline, link, quote, subject }: Letter): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escaped(subjectLine(subject))}</title>
<style>
@media (prefers-color-scheme: dark) {
  .page { background: #16181d !important } .card { background: #20232a !important; border-color: #343943 !important }
  .strong { color: #f2f4f8 !important } .soft { color: #a3abba !important }
  .quote { background: #2a2e37 !important; color: #f2f4f8 !important; border-color: #7f9cf5 !important }
}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f4f5f7">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="page" style="background:#f4f5f7">
<tr><td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="card" style="max-width:600px;background:#ffffff;border:1px solid #e1e4ea;border-radius:10px;text-align:left;${font}">
<tr><td style="padding:24px 28px 0">
<p class="soft" style="margin:0;font-size:13px;line-height:20px;color:#5b6472">#${subject.number}</p>
<h1 class="strong" style="margin:2px 0 0;font-size:19px;line-height:26px;font-weight:600;color:#171a21;overflow-wrap:anywhere">${
    escaped(oneLine(subject.title))
  }</h1>
</td></tr>
<tr><td style="padding:16px 28px 0">
<p class="strong" style="margin:0;font-size:15px;line-height:23px;color:#171a21;overflow-wrap:anywhere">${
    escaped(headline)
  }${quote === null ? "." : ":"}</p>
</td></tr>${quote === null ? "" : `\n${quoted(quote)}`}
<tr><td style="padding:20px 28px 28px">
<a href="${
    escaped(link)
  }" style="display:inline-block;padding:10px 18px;background:#3353d1;border-radius:7px;color:#ffffff;font-size:15px;line-height:20px;font-weight:600;text-decoration:none">Open the ticket</a>
</td></tr>
</table>
<p class="soft" style="margin:16px 0 0;max-width:600px;font-size:12px;line-height:18px;color:#5b6472;${font}">${
    escaped(because)
  }</p>
</td></tr>
</table>
</body>
</html>
`

const quoted = (quote: string): string =>
  `<tr><td style="padding:12px 28px 0">
<div class="quote" style="padding:12px 16px;background:#f4f6fb;border-left:3px solid #3353d1;border-radius:0 6px 6px 0;font-size:15px;line-height:23px;color:#171a21;white-space:pre-wrap;overflow-wrap:anywhere">${
    escaped(quote)
  }</div>
</td></tr>`

/** What Slack's markup takes for itself. */
const unmarked = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

/** For a channel that many read: what happened and where, and nobody's own words. */
export const asPost = (id: string, { headline, link, subject }: Letter): Post => ({
  id,
  text: `<${link}|#${subject.number} ${unmarked(oneLine(subject.title)).replaceAll("|", "¦")}>\n${unmarked(headline)}`
})
