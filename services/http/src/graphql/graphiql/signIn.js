// Signs in beside GraphiQL, and sends the token with whatever it asks. The token stays in this tab.
const kept = "opsdesk.token"
const form = document.querySelector("#sign-in")
const says = document.querySelector("#says")
const say = (text) => {
  says.textContent = text
}

const plainFetch = globalThis.fetch.bind(globalThis)
globalThis.fetch = (input, init = {}) => {
  const token = sessionStorage.getItem(kept)
  const headers = new Headers(init.headers)
  if (token !== null && !headers.has("authorization")) headers.set("authorization", `Bearer ${token}`)
  return plainFetch(input, { ...init, headers })
}

// GraphiQL opens the tab whose text was edited last, and an empty one beside the others where none was: say which it is.
const goOn = () => {
  const { activeTabIndex, tabs } = JSON.parse(localStorage.getItem("graphiql:tabState") ?? "{}")
  const query = tabs?.[activeTabIndex]?.query
  if (query && localStorage.getItem("graphiql:query") === null) localStorage.setItem("graphiql:query", query)
}

const keep = (token) => {
  sessionStorage.setItem(kept, token)
  location.reload()
}

form.addEventListener("submit", async (event) => {
  event.preventDefault()
  const { email, password, token } = Object.fromEntries(new FormData(form))
  if (token !== "") return keep(token)
  const answer = await plainFetch("/v1/auth/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password })
  })
  const body = await answer.json()
  if (answer.ok) keep(body.data.accessToken)
  else say(body.detail)
})

goOn()
say(sessionStorage.getItem(kept) === null ? "Not signed in" : "Signed in")
