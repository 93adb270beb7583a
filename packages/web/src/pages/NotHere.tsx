import { Link } from "wouter"
import { useTitle } from "../parts/useTitle.ts"

/** For a page that there is none of, or none that one may see. */
export const NotHere = ({ what = "page" }: { readonly what?: string }) => {
  const heading = useTitle("Not found")
  return (
    <section className="empty">
      <h1 ref={heading} tabIndex={-1}>There is no such {what}</h1>
      <p>It may have been moved out of your reach, or the address has a slip in it.</p>
      <p>
        <Link href="/tickets">All tickets</Link>
      </p>
    </section>
  )
}
