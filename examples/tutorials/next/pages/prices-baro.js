import { snapshot } from '@baro/next'
import { useChannel } from '@baro/react'
import { prices } from '../../channels.js'

export const getStaticProps = async () => ({ props: { initial: await snapshot(prices()) }, revalidate: 10 })

export default function Prices({ initial }) {
  const { state } = useChannel(prices, initial)
  return (
    <ul id="messages">
      {state.map(({ symbol, price }) => (
        <li key={symbol}>
          {symbol} {price}
        </li>
      ))}
    </ul>
  )
}
