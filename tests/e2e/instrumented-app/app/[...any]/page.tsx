export default function Page() {
  return <p>any</p>
}
