import { Button, Menu } from "@mantine/core"
import type { ReactNode, Ref } from "react"
import { Down } from "./icons.tsx"

interface Props<Value extends string> {
  /** What is chosen, and the word for choosing: "Priority", "Change it". */
  readonly label: string
  readonly verb: string
  readonly value: Value
  readonly words: Readonly<Record<Value, string>>
  readonly options: ReadonlyArray<Value>
  readonly show: (value: Value) => ReactNode
  readonly choose: (value: Value) => void
  readonly ref?: Ref<HTMLButtonElement>
}

/** One of a few, as a button that says which it is now. */
export const Choice = <Value extends string>(
  { choose, label, options, ref, show, value, verb, words }: Props<Value>
) => (
  <Menu position="bottom-start" width="target">
    <Menu.Target>
      <Button
        ref={ref}
        className="choice"
        size="xs"
        variant="default"
        fullWidth
        justify="space-between"
        rightSection={<Down />}
        aria-label={`${label}: ${words[value]}. ${verb}`}
      >
        {show(value)}
      </Button>
    </Menu.Target>
    <Menu.Dropdown>
      {options.map((option) => (
        <Menu.RadioItem
          key={option}
          value={option}
          checked={option === value}
          data-autofocus={option === value || undefined}
          closeMenuOnClick
          onChange={() => choose(option)}
        >
          {show(option)}
        </Menu.RadioItem>
      ))}
    </Menu.Dropdown>
  </Menu>
)
