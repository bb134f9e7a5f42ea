/** The page of the balancer: which node answers, and buttons that end one. */
export const panel: string = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Baro: three nodes</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; word-break: keep-all }
  body { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
  th, td { text-align: start; padding: .4rem .6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
  button { font: inherit; padding: .4rem .8rem; min-height: 2.5rem }
</style>
<h1 data-en="Three nodes, one site" data-ko="노드 셋, 사이트 하나">Three nodes, one site</h1>
<p data-en="Open a room in another window, and write. Then end a node here: the page does not notice, since it continues from its position on another one."
   data-ko="다른 창에서 방을 열고 글을 써 보세요. 그다음 여기서 노드를 끝냅니다. 페이지는 자신의 위치에서 다른 노드로 이어 가므로 알아차리지 못합니다."></p>
<p><a href="/rooms/1" target="_blank" data-en="Open room 1" data-ko="1번 방 열기">Open room 1</a></p>
<table><thead><tr><th data-en="Node" data-ko="노드">Node</th><th data-en="State" data-ko="상태">State</th><th data-en="Answered" data-ko="응답">Answered</th><th></th></tr></thead><tbody></tbody></table>
<p><button id="roll" data-en="Restart all, one after the other" data-ko="하나씩 모두 다시 시작">Restart all</button> <span role="status"></span></p>
<script>
  const language = navigator.language.startsWith('ko') ? 'ko' : 'en'
  document.documentElement.lang = language
  for (const one of document.querySelectorAll('[data-en]')) one.textContent = one.dataset[language]
  const words = { en: { serves: 'serves', ended: 'ended', kill: 'Kill', start: 'Start', away: 'The balancer is away' }, ko: { serves: '실행 중', ended: '꺼짐', kill: '강제 종료', start: '시작', away: '밸런서에 닿지 않습니다' } }[language]
  const post = (path) => fetch('/cluster/' + path, { method: 'POST' }).then(show)
  const rows = new Map()
  function row(name) {
    const made = document.createElement('tr')
    for (let cell = 0; cell < 4; cell++) made.append(document.createElement('td'))
    made.cells[0].textContent = name
    const button = document.createElement('button')
    button.onclick = () => post(button.dataset.action + '/' + name)
    made.cells[3].append(button)
    document.querySelector('tbody').append(made)
    rows.set(name, made)
    return made
  }
  async function show() {
    const status = document.querySelector('[role=status]')
    try {
      for (const { name, serves, answered } of await (await fetch('/cluster/state')).json()) {
        const { cells } = rows.get(name) ?? row(name)
        cells[1].textContent = serves ? words.serves : words.ended
        cells[2].textContent = answered
        const button = cells[3].firstChild
        button.textContent = serves ? words.kill : words.start
        button.dataset.action = serves ? 'kill' : 'start'
      }
      status.textContent = ''
    } catch { status.textContent = words.away }
  }
  document.querySelector('#roll').onclick = () => post('roll')
  setInterval(show, 500)
  show()
</script>
`
