import { useEffect, useState } from "react"
import { useConnection, useOnline } from "../live.ts"
import { useMe } from "../queries.ts"

/** A connection that is back before anybody notices need not be spoken of. */
const patience = 1_200

const askEvery = 15_000

/** Says when what is shown is not what happens now, until it is again. */
export const ConnectionBanner = () => {
  const connection = useConnection()
  const isAway = !useOnline() || connection === "lost" || connection === "connecting"
  const [isLong, setIsLong] = useState(false)
  const { refetch } = useMe()
  useEffect(() => {
    setIsLong(false)
    if (!isAway) return
    const timer = setTimeout(() => setIsLong(true), patience)
    // Whoever is let in no more hears of it by asking: a refused connection does not say why.
    const asking = setInterval(() => void refetch(), askEvery)
    return () => {
      clearTimeout(timer)
      clearInterval(asking)
    }
  }, [isAway, refetch])
  return (
    <div role="status" className="connection" data-away={isAway && isLong}>
      {isAway && isLong ? "The connection to the desk is lost. Trying again; what you write is kept." : null}
    </div>
  )
}
