import { MantineProvider } from "@mantine/core"
import { QueryClient, QueryClientProvider } from "@tanstack/react-query"
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { App } from "./App.tsx"
import { hurryWhenBack } from "./live.ts"
import { openSession } from "./session.ts"
import { theme, withoutLooseStyles } from "./theme.ts"
import "@mantine/core/styles.css"
import "./base.css"
import "./list.css"
import "./ticket.css"

const nonce = globalThis.document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? ""
withoutLooseStyles(nonce)

// The client itself asks again while the desk is away; what is read here is told live when it changes. Without a network
// nothing is put off in silence: who asks for something hears at once that it cannot be had.
const networkMode = "always"
const client = new QueryClient({
  defaultOptions: {
    queries: { retry: false, staleTime: 5_000, networkMode, refetchOnReconnect: true },
    mutations: { retry: false, networkMode }
  }
})

openSession()
hurryWhenBack()

const root = globalThis.document.querySelector("#desk")
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
        <QueryClientProvider client={client}>
          <App />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>
  )
}
