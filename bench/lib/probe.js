// Runs in the measured page, before its own scripts: says when the list is painted, keeps the long tasks and the messages
// that arrived, and measures what the harness asks for. It finds things by role and accessible name only, so it works on
// every app that has a grid "Containers" with named row headers.
/* global document, location, performance, addEventListener, requestAnimationFrame, getComputedStyle */
/* global EventTarget, MessageChannel, MessagePort, MutationObserver, PerformanceObserver */
;(() => {
  const bench = /** @type {any} */ (globalThis).quaysideBench
  if (location.protocol === 'about:' || bench.installed) return
  bench.installed = true
  if (bench.route && location.hash === '') location.hash = bench.route

  /** @type {number[]} */
  const longTasks = []
  new PerformanceObserver((list) =>
    longTasks.push(...list.getEntries().map((task) => task.duration))
  ).observe({
    type: 'longtask',
    buffered: true
  })

  const now = () => performance.timeOrigin + performance.now()

  /** The time at which the page is free again after the next frame was drawn. */
  const painted = () =>
    new Promise((/** @type {(atMs: number) => void} */ done) => {
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => {
          port1.close()
          done(now())
        }
        port2.postMessage(null)
      })
    })

  /** @param {() => boolean} condition @returns {Promise<number>} when it was painted */
  const until = (condition) =>
    new Promise((done) => {
      if (condition()) return done(painted())
      const observer = new MutationObserver(() => {
        if (!condition()) return
        observer.disconnect()
        done(painted())
      })
      observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
    })

  const grid = () =>
    document.querySelector('[role="grid"][aria-label="Containers"], table[aria-label="Containers"]')
  const headers = () => [...(grid()?.querySelectorAll('[role="rowheader"]') ?? [])]
  /** @param {Element} header */
  const nameOf = (header) => (header.querySelector('a') ?? header).textContent.trim()

  /**
   * Whether a cell of the header's row has this word; cells apart, or their texts would run into one another.
   * @param {Element | undefined} header
   * @param {RegExp} word
   */
  const rowSays = (header, word) =>
    [...(header?.closest('[role="row"], tr')?.querySelectorAll('[role="gridcell"], td') ?? [])].some((cell) =>
      word.test(cell.textContent)
    )

  /** Whether the list shows `count` rows (itself or by the count it announces). */
  const listed = (count = 1) => {
    const table = grid()
    if (!table?.querySelector('[role="rowheader"]')) return false
    const announced = Number(table.getAttribute('aria-rowcount') ?? NaN)
    return Number.isNaN(announced) || announced >= count
  }

  function scroller() {
    const table = grid()
    const around = []
    for (let element = table; element; element = element.parentElement) around.push(element)
    const candidates = [...around, ...(table?.querySelectorAll('*') ?? [])]
    return candidates.find(
      (element) =>
        element.scrollHeight > element.clientHeight + 1 &&
        /auto|scroll/.test(getComputedStyle(element).overflowY)
    )
  }

  const counts = { messages: 0, bytes: 0, patches: 0, last: /** @type {string[]} */ ([]) }
  /** @param {MessageEvent} event */
  function count(event) {
    counts.messages++
    const text = JSON.stringify(event.data) ?? ''
    counts.bytes += text.length
    counts.last = [...counts.last, text.slice(0, 120)].slice(-20)
    for (const item of event.data?.items ?? []) if (item?.type === 'patch') counts.patches++
  }
  if (bench.countMessages) {
    const start = MessagePort.prototype.start
    const setter = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage')?.set
    MessagePort.prototype.start = function () {
      EventTarget.prototype.addEventListener.call(this, 'message', /** @type {EventListener} */ (count))
      start.call(this)
    }
    Object.defineProperty(MessagePort.prototype, 'onmessage', {
      configurable: true,
      set(listener) {
        EventTarget.prototype.addEventListener.call(this, 'message', /** @type {EventListener} */ (count))
        setter?.call(this, listener)
      }
    })
  }

  /** @type {Promise<number> | undefined} */
  let watched

  Object.assign(bench, {
    longestTask: () => Math.max(0, ...longTasks),
    counts: () => ({ ...counts }),

    /** Nodes of the list (elements), and of the whole page for comparison. */
    nodes: () => ({
      list: grid()?.querySelectorAll('*').length ?? 0,
      page: document.querySelectorAll('*').length,
      rows: headers().length
    }),

    /** Names of containers in view that are not running, from the top. */
    idleNames() {
      const area = scroller()?.getBoundingClientRect()
      return headers()
        .filter((header) => {
          const box = header.getBoundingClientRect()
          return !area || (box.top > area.top && box.bottom < area.bottom)
        })
        .filter((header) => rowSays(header, /\b(Created|Exited)\b/))
        .map(nameOf)
    },

    /** Begins to wait for a row to say a word; `watched()` answers when it was painted. @param {string} name @param {string} word */
    watchRow(name, word) {
      const says = new RegExp(`\\b${word}\\b`)
      watched = until(() =>
        rowSays(
          headers().find((candidate) => nameOf(candidate) === name),
          says
        )
      )
    },
    watched: () => watched,

    /** Types into the search box; milliseconds until only matching rows are painted. @param {string} text */
    async search(text) {
      const box = /** @type {HTMLInputElement} */ (document.querySelector('input[aria-label="Search"]'))
      box.focus()
      box.select()
      const expected = text === '' ? bench.rows : 1
      const start = now()
      document.execCommand(text === '' ? 'delete' : 'insertText', false, text)
      const end = await until(() => {
        const names = headers().map(nameOf)
        return (
          names.length > 0 && names.every((name) => name.includes(text)) && (text !== '' || listed(expected))
        )
      })
      return end - start
    },

    /** Follows a link of the navigation; milliseconds until `heading` (and, for the list, its rows) are painted. @param {string} name */
    async visit(name) {
      const links = [...document.querySelectorAll('nav a')]
      const link = /** @type {HTMLElement | undefined} */ (
        links.find((candidate) => candidate.textContent.trim().startsWith(name))
      )
      if (!link) throw new Error(`No link "${name}" in the navigation`)
      const start = now()
      link.click()
      const end = await until(
        () =>
          document.querySelector('h1')?.textContent.trim() === name &&
          (name !== 'Containers' || listed(bench.rows))
      )
      return end - start
    },

    /** Scrolls down `px` per frame; the times between frames in milliseconds. @param {number} px @param {number} frames */
    async scroll(px, frames) {
      const area = scroller()
      if (!area) throw new Error('The list does not scroll')
      area.scrollTop = 0
      await painted()
      const times = []
      let last = await new Promise(requestAnimationFrame)
      for (let i = 0; i < frames; i++) {
        area.scrollTop += px
        const next = await new Promise(requestAnimationFrame)
        times.push(next - last)
        last = next
      }
      area.scrollTop = 0
      await painted()
      return times
    }
  })

  const ready = bench.rows === undefined ? () => document.readyState === 'complete' : () => listed(bench.rows)
  const report = (/** @type {number} */ atMs) =>
    /** @type {any} */ (globalThis).quaysideBenchReady(
      JSON.stringify({ atMs, longestTask: bench.longestTask() })
    )
  // An empty page changes nothing that could be observed, but it loads.
  if (bench.rows === undefined) {
    if (ready()) void painted().then(report)
    else addEventListener('load', () => void painted().then(report))
  } else void until(ready).then(report)
})()
