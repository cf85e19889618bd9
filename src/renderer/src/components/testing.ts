/** For component tests: the test DOM lays nothing out, so a virtual table would have no room for a single row. */

/** Gives every element this size until the returned function is called. */
export function giveElementsASize(width = 1200, height = 640): () => void {
  const names = ['offsetWidth', 'offsetHeight', 'clientWidth', 'clientHeight'] as const
  const before = names.map(
    (name) => [name, Object.getOwnPropertyDescriptor(HTMLElement.prototype, name)] as const
  )
  for (const name of names) {
    const value = name.endsWith('Width') ? width : height
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => value })
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(HTMLElement.prototype, name, descriptor)
      else Reflect.deleteProperty(HTMLElement.prototype, name)
    }
  }
}
