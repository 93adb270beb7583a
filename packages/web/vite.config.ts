import { defineConfig } from "vite"

/** Where the desk puts the nonce of each answer: scripts and styles run by it, and by nothing else. */
export default defineConfig({
  html: { cspNonce: "NONCE-OF-THIS-ANSWER" },
  build: {
    target: "es2024",
    // Browsers that know `light-dark()` by themselves.
    cssTarget: ["chrome123", "edge123", "firefox120", "safari17.5"],
    // Everything from files of the desk's own: a policy need not let data in.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000
  },
  server: { proxy: { "/v1": "http://127.0.0.1:3000", "/ws": { target: "ws://127.0.0.1:3000", ws: true } } }
})
