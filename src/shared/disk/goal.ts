/** How much somebody wants freed, as they write it: `5 GB`, `500mb`, `1.5G`, `2 GiB`. Pure. */
const UNITS: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4 }
const GOAL = /^(\d{1,15}(?:[.,]\d{1,9})?)\s*([kmgt]?)(i?)(b?)$/i

/** Bytes; a unit must be said. Units are Docker's (base 1000), with an `i` base 1024. null when it is no size, or none at all. */
export function parseGoal(text: string): number | null {
  const [, digits = '', unit = '', binary = '', byte = ''] = GOAL.exec(text.trim()) ?? []
  if (digits === '' || (unit === '' && (binary !== '' || byte === ''))) return null
  const power = UNITS[unit.toLowerCase()] ?? 0
  const bytes = Math.round(Number(digits.replace(',', '.')) * (binary === '' ? 1000 : 1024) ** power)
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null
}
