/** Sizes of memory as options of the CLI take them (docker/go-units RAMInBytes). Pure. */

const SIZE = /^(\d+(?:\.\d+)?) ?(?:b|([kmgtp])(?:i?b)?)?$/i

/** `64m`, `1.5 GB`, `1024`: bytes, with units of 1024; null for anything else. */
export function parseMemorySize(text: string): number | null {
  const [matched, number = '', unit = ''] = SIZE.exec(text.trim()) ?? []
  if (matched === undefined) return null
  const power = unit === '' ? 0 : 'kmgtp'.indexOf(unit.toLowerCase()) + 1
  return Math.floor(Number(number) * 1024 ** power)
}
