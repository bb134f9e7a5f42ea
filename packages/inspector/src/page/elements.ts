/** Elements are made of text, never of markup: what a stranger has named himself stays a text. */

type Child = Node | string | number | undefined
type Attributes = Readonly<Record<string, string | number | boolean | ((event: Event) => void) | undefined>>

/** Makes an element. A function is listened by, `true` is an empty attribute, `false` and `undefined` none. */
export function el<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(key, value)
    else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : String(value))
  }
  for (const child of children.flat() as readonly Child[])
    if (child !== undefined) element.append(child instanceof Node ? child : String(child))
  return element
}

/** Puts other elements in the place of those of an element. What has the same `data-key` keeps the focus, and stays open. */
export function refill(element: HTMLElement, ...children: readonly Child[]): void {
  const focused = (document.activeElement as HTMLElement | null)?.dataset.key
  const opened = [...element.querySelectorAll<HTMLElement>('details[open] > [data-key]')].map(
    ({ dataset }) => dataset.key,
  )
  element.replaceChildren(...children.filter((child) => child !== undefined).map((child) => child as Node | string))
  for (const key of opened) keyed(element, key)?.parentElement?.setAttribute('open', '')
  if (document.activeElement === document.body) keyed(element, focused)?.focus({ preventScroll: true })
}

function keyed(element: HTMLElement, key: string | undefined): HTMLElement | null {
  return key === undefined ? null : element.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
}

/** A table that scrolls by itself where the window is narrow. */
export function table(label: string, heads: readonly string[], rows: readonly (readonly Child[])[]): HTMLElement {
  return el(
    'div',
    { class: 'wide', role: 'region', 'aria-label': label, tabindex: 0, 'data-key': `table ${label}` },
    el(
      'table',
      {},
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          heads.map((head) => el('th', { scope: 'col' }, head)),
        ),
      ),
      el(
        'tbody',
        {},
        rows.map((cells) =>
          el(
            'tr',
            {},
            cells.map((cell) => el('td', {}, cell)),
          ),
        ),
      ),
    ),
  )
}

/** A field with its label. */
export function field(label: string, name: string, value: string, more: Attributes = {}): HTMLElement {
  return el(
    'label',
    {},
    el('span', {}, label),
    el('input', { name, value, autocomplete: 'off', spellcheck: 'false', ...more }),
  )
}

/** A value as JSON, on one line or on many. */
export function json(value: unknown, label?: string): HTMLElement {
  if (label === undefined) return el('code', {}, JSON.stringify(value) ?? '')
  return el('pre', { tabindex: 0, role: 'region', 'aria-label': label }, JSON.stringify(value, undefined, 2) ?? '')
}
