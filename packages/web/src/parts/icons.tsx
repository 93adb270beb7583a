interface Props {
  readonly className?: string
}

const Icon = ({ children, className }: Props & { readonly children: React.ReactNode }) => (
  <svg
    viewBox="0 0 20 20"
    width="1em"
    height="1em"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.6"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden
    className={className}
  >
    {children}
  </svg>
)

export const Mark = ({ className }: Props) => (
  <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden className={className}>
    <rect width="32" height="32" rx="8" fill="var(--accent)" />
    <path
      d="M9 12.5A3.5 3.5 0 0 1 12.5 9h7a3.5 3.5 0 0 1 3.5 3.5v4a3.5 3.5 0 0 1-3.5 3.5H16l-4.5 4v-4.1A3.5 3.5 0 0 1 9 16.5z"
      fill="#fff"
    />
  </svg>
)

export const Search = (props: Props) => (
  <Icon {...props}>
    <circle cx="9" cy="9" r="5.2" />
    <path d="m13 13 4 4" />
  </Icon>
)
export const Plus = (props: Props) => (
  <Icon {...props}>
    <path d="M10 4v12M4 10h12" />
  </Icon>
)
export const Lock = (props: Props) => (
  <Icon {...props}>
    <rect x="4.5" y="9" width="11" height="7.5" rx="2" />
    <path d="M7 9V6.8a3 3 0 0 1 6 0V9" />
  </Icon>
)
export const Down = (props: Props) => (
  <Icon {...props}>
    <path d="m6 8 4 4 4-4" />
  </Icon>
)
export const Pencil = (props: Props) => (
  <Icon {...props}>
    <path d="M4 16v-3L13 4l3 3-9 9H4z" />
  </Icon>
)
export const Cross = (props: Props) => (
  <Icon {...props}>
    <path d="m5.5 5.5 9 9m0-9-9 9" />
  </Icon>
)
export const Eye = (props: Props) => (
  <Icon {...props}>
    <path d="M2.5 10S5.2 5 10 5s7.5 5 7.5 5-2.7 5-7.5 5-7.5-5-7.5-5z" />
    <circle cx="10" cy="10" r="2.2" />
  </Icon>
)
