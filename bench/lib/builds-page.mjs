// What the measured page is asked for, by role and name: filling in the form of a build and waiting for its end, and the times
// between frames of any page.

export const PATIENCE_MS = 120_000

/** Counts the times between frames of any page, of which a small part changes all the time. */
export const FRAMES = `globalThis.quaysideFrames ??= {
  start() {
    const sign = document.createElement('output')
    sign.style = 'position: fixed; right: 0; bottom: 0'
    document.body.append(sign)
    this.times = []
    this.sign = sign
    let before = performance.now()
    const next = (now) => {
      if (this.sign !== sign) return
      this.times.push(now - before)
      before = now
      sign.textContent = String(this.times.length)
      requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  },
  stop() {
    this.sign.remove()
    this.sign = null
    return this.times.slice(1)
  }
}; undefined`

export const PAGE = `globalThis.quaysideBuilds ??= {
  until: (what, check, patience = 20000) => new Promise((done, fail) => {
    const look = () => {
      if (!check()) return
      observer.disconnect()
      clearTimeout(timer)
      done(performance.now())
    }
    const observer = new MutationObserver(look)
    const timer = setTimeout(() => {
      observer.disconnect()
      fail(new Error('waited for ' + what + ': ' + document.querySelector('[role="dialog"], main')?.textContent.slice(0, 900)))
    }, patience)
    observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
    look()
  }),
  dialog: () => document.querySelector('[role="dialog"]'),
  button: (within, name) => [...(within?.querySelectorAll('button') ?? [])].find((one) => one.textContent.trim() === name),
  field(name) {
    const label = [...this.dialog().querySelectorAll('label')].find((one) => one.textContent.trim().startsWith(name))
    return label.control ?? label.querySelector('input')
  },
  async build(context, counted) {
    const main = document.querySelector('main')
    location.hash = '#/images'
    await this.until('the page', () => this.button(main, 'Build') !== undefined)
    this.button(main, 'Build').click()
    await this.until('the dialog', () => this.dialog() !== null)
    const box = this.field('Context')
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(box, context)
    box.dispatchEvent(new Event('input', { bubbles: true }))
    const fresh = this.field('No cache')
    if (!fresh.checked) fresh.click()
    await new Promise((done) => setTimeout(done, 500))
    const started = performance.now()
    this.button(this.dialog(), 'Build').click()
    await this.until('the beginning', () => this.button(main, 'Cancel') !== undefined)
    // The page itself is there once its log shows something.
    await this.until('the log', () => (main.querySelector('[role="log"]')?.textContent ?? '') !== '')
    if (counted) quaysideFrames.start()
    const ended = await this.until('the end', () => this.button(main, 'Rebuild') !== undefined, ${PATIENCE_MS})
    const frames = counted ? quaysideFrames.stop() : []
    if (document.querySelector('main [role="alert"]') !== null) throw new Error(document.querySelector('main [role="alert"]').textContent)
    return { ms: ended - started, frames }
  }
}; undefined`
