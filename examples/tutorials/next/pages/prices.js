// Idiom: `getStaticProps`, `fetch` and `revalidate: 10`
// - https://api.example/prices
// + http://localhost:3000/baro/channels/prices?view=state
// Loses: whatever changes after the page was opened; and its first visitor after ten seconds still gets the old page.
// With the URL changed: the same.

export async function getStaticProps() {
  const response = await fetch('http://localhost:3000/baro/channels/prices?view=state')
  const prices = await response.json()

  return {
    props: { prices },
    revalidate: 10,
  }
}

export default function Prices({ prices }) {
  return (
    <ul id="messages">
      {prices.map(({ symbol, price }) => (
        <li key={symbol}>
          {symbol} {price}
        </li>
      ))}
    </ul>
  )
}
