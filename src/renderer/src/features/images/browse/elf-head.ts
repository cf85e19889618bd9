/** What the first bytes of an ELF file say of it. Pure; anything that does not add up is left out. */
import type { Fact } from '@/components/facts/fact-types'

const TYPES = new Map([
  [1, 'relocatable object'],
  [2, 'executable'],
  [3, 'shared object or position-independent executable'],
  [4, 'core dump']
])
const MACHINES = new Map([
  [3, 'x86'],
  [8, 'MIPS'],
  [20, 'PowerPC'],
  [21, 'PowerPC 64'],
  [22, 'S/390'],
  [40, 'ARM'],
  [62, 'x86-64'],
  [183, 'AArch64'],
  [243, 'RISC-V'],
  [258, 'LoongArch']
])
const SYSTEMS = new Map([
  [0, 'System V'],
  [3, 'Linux'],
  [9, 'FreeBSD']
])
const INTERPRETER = 3
const DYNAMIC = 2
const MAX_HEADERS = 1000

/** Null for what is no ELF file. */
export function elfFacts(bytes: Uint8Array): readonly Fact[] | null {
  if (bytes.length < 52 || bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46)
    return null
  const wide = bytes[4] === 2
  const little = bytes[5] !== 2
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (wide && bytes.length < 64) return null
  const type = view.getUint16(16, little)
  const machine = view.getUint16(18, little)
  const entry = wide ? view.getBigUint64(24, little) : BigInt(view.getUint32(24, little))
  const { interpreter, dynamic } = segments(view, { wide, little })
  return [
    { label: 'Format', value: `ELF ${wide ? '64' : '32'} bit, ${little ? 'little' : 'big'} endian` },
    { label: 'Kind', value: TYPES.get(type) ?? `type ${type}` },
    { label: 'Machine', value: MACHINES.get(machine) ?? `machine ${machine}` },
    { label: 'System', value: SYSTEMS.get(bytes[7] ?? 0) ?? `ABI ${bytes[7] ?? 0}` },
    { label: 'Entry point', value: `0x${entry.toString(16)}`, mono: true },
    ...(interpreter === null ? [] : [{ label: 'Interpreter', value: interpreter, mono: true }]),
    { label: 'Linked', value: dynamic ? 'dynamically' : 'statically' }
  ]
}

interface Shape {
  readonly wide: boolean
  readonly little: boolean
}

function segments(view: DataView, { wide, little }: Shape): { interpreter: string | null; dynamic: boolean } {
  const word = (at: number): number =>
    wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little)
  const table = word(wide ? 32 : 28)
  const size = view.getUint16(wide ? 54 : 42, little)
  const count = Math.min(MAX_HEADERS, view.getUint16(wide ? 56 : 44, little))
  let interpreter: string | null = null
  let dynamic = false
  for (let i = 0; i < count && size >= (wide ? 56 : 32); i++) {
    const at = table + i * size
    if (at < 0 || at + size > view.byteLength) break
    const kind = view.getUint32(at, little)
    if (kind === DYNAMIC) dynamic = true
    if (kind !== INTERPRETER) continue
    const from = word(at + (wide ? 8 : 4))
    const length = Math.min(4096, word(at + (wide ? 32 : 16)))
    if (from + length > view.byteLength) continue
    const text = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + from, length))
    interpreter = text.split('\0', 1)[0] ?? ''
  }
  return { interpreter, dynamic }
}
