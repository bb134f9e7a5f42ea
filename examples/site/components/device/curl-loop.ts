/**
 * A device without a browser. The answer of `view=state&wait` is held until something changes, and its tag says where the
 * loop stands, so curl keeps it in a file. A command is carried out only if the hub takes that it was delivered. The shell
 * in parentheses is one of its own: the terminal stays where it is.
 */
export function curlLoop(channelUrl: string): string {
  return `(
at='${channelUrl}'
tell() { curl -sf -o /dev/null -d "{\\"type\\":\\"$1\\",\\"payload\\":{$2}}" "$at"; }
cd "$(mktemp -d)"; touch tag state
tell report '"battery":0.87' || exit 1
while :; do
  curl -sf --etag-compare tag --etag-save tag "$at?view=state&wait=25" > state || sleep 2
  grep -o '"id":"[^"]*","what":"[a-z]*","value":"[a-z]*","status":"sent"' state |
    tr -d '"' | tr ':,' '  ' |
    while read -r _ id _ what _ value _; do
      tell delivered "\\"command\\":\\"$id\\"" || continue
      echo "$what $value" # here the device does it
      tell acknowledged "\\"command\\":\\"$id\\""
    done
done
)`
}
