import { createTheme, Menu, Modal, Select } from "@mantine/core"
import { setNonce } from "get-nonce"

export const theme = createTheme({
  // Whoever has asked their system for less movement gets none.
  respectReducedMotion: true,
  // Greys with a little blue, as the ground has.
  colors: {
    dark: [
      "#e4e7ed",
      "#c3c9d4",
      "#a2abba",
      "#7d8798",
      "#3d4452",
      "#2c313b",
      "#232730",
      "#1b1e25",
      "#14161b",
      "#0f1115"
    ]
  },
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 8 },
  autoContrast: true,
  defaultRadius: "md",
  cursorType: "pointer",
  fontFamily: "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  headings: { fontWeight: "650" },
  components: {
    Modal: Modal.extend({ defaultProps: { transitionProps: { duration: 0 }, radius: "lg" } }),
    // A keyboard comes to the first of a menu's items, and back to its button; nothing but items is in it.
    Menu: Menu.extend({
      defaultProps: {
        transitionProps: { duration: 0 },
        shadow: "md",
        returnFocus: true,
        withInitialFocusPlaceholder: false
      }
    }),
    // Choosing the same once more takes nothing away, and whoever only passes by by keyboard opens nothing.
    Select: Select.extend({
      defaultProps: {
        comboboxProps: { transitionProps: { duration: 0 } },
        allowDeselect: false,
        openOnFocus: false,
        limit: 100
      }
    })
  }
})

/** What a dialog adds to the page to keep it from scrolling carries the nonce too, as the policy asks. */
export const withoutLooseStyles = (nonce: string): void => setNonce(nonce)
