// The reference's page: a table of any length that keeps only the rows in view, each rewritten when it changed.
/* global document, window */
;(() => {
  const HEIGHT = 32
  const SPARE = 4

  /** @typedef {{ Id: string, Names: string[], Image: string, State: string, Command: string, Created: number }} Row */

  const engine = /** @type {{ list(): Promise<Row[]>, onRows(listener: (rows: Row[]) => void): void }} */ (
    /** @type {any} */ (window).engine
  )
  const scroller = /** @type {HTMLElement} */ (document.getElementById('scroller'))
  const body = /** @type {HTMLElement} */ (document.getElementById('rows'))
  const search = /** @type {HTMLInputElement} */ (document.querySelector('input'))

  /** @type {Map<string, Row>} */
  const all = new Map()
  /** @type {Row[]} */
  let shown = []
  /** @type {Map<string, { element: HTMLElement, row: Row, top: number }>} */
  let drawn = new Map()

  /** @param {Row} row */
  const nameOf = (row) => (row.Names[0] ?? '').slice(1)

  /** @param {Row} row */
  function draw(row) {
    const element = document.createElement('div')
    element.setAttribute('role', 'row')
    const header = document.createElement('div')
    header.setAttribute('role', 'rowheader')
    const link = document.createElement('a')
    link.href = `#${row.Id}`
    link.textContent = nameOf(row)
    header.append(link)
    element.append(header)
    const state = row.State.charAt(0).toUpperCase() + row.State.slice(1)
    for (const text of [row.Image, state, row.Command, new Date(row.Created * 1000).toLocaleString()]) {
      const cell = document.createElement('div')
      cell.setAttribute('role', 'gridcell')
      cell.textContent = text
      element.append(cell)
    }
    return element
  }

  function render() {
    body.style.height = `${shown.length * HEIGHT}px`
    const first = Math.max(0, Math.floor(scroller.scrollTop / HEIGHT) - SPARE)
    const last = Math.ceil((scroller.scrollTop + scroller.clientHeight) / HEIGHT) + SPARE
    const next = new Map()
    for (const [offset, row] of shown.slice(first, last).entries()) {
      const top = (first + offset) * HEIGHT
      const old = drawn.get(row.Id)
      const element = old?.row === row ? old.element : draw(row)
      if (old?.element !== element) old?.element.remove()
      if (element.parentElement === null) body.append(element)
      if (old?.element !== element || old.top !== top) element.style.top = `${top}px`
      next.set(row.Id, { element, row, top })
    }
    for (const [id, { element }] of drawn) if (!next.has(id)) element.remove()
    drawn = next
  }

  function filter() {
    shown = [...all.values()].filter((row) => nameOf(row).includes(search.value))
    render()
  }

  /** @param {Row[]} rows */
  function take(rows) {
    for (const row of rows) all.set(row.Id, row)
    filter()
  }

  scroller.addEventListener('scroll', () => render())
  search.addEventListener('input', () => {
    scroller.scrollTop = 0
    filter()
  })
  engine.onRows(take)
  void engine.list().then(take)
})()
