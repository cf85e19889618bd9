/** Rules in the format of iptables-save: which of them are dockerd's, whose they are, and how to write them back. Pure. */

export interface SavedRule {
  readonly table: string
  /** `-A DOCKER -i docker0 -j RETURN`, without its -A. */
  readonly rule: string
}

/** dockerd's own chains, and the one of the system's in which it hides what leaves a network. */
const CHAIN = /^-A ((?:DOCKER|POSTROUTING|PREROUTING)\S* .*)$/

/** The rules in the chains dockerd writes to, of all tables; none when the program failed. */
export function dockerRules(saved: string | null): SavedRule[] {
  const rules: SavedRule[] = []
  let table = ''
  for (const line of (saved ?? '').split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim()
    const rule = CHAIN.exec(line)?.[1]
    if (rule !== undefined) rules.push({ table, rule })
  }
  return rules
}

/** The interfaces a rule is about. */
function interfacesOf({ rule }: SavedRule): string[] {
  return [...rule.matchAll(/ -[io] (\S+)/g)].map(([, name]) => name ?? '')
}

/** Whether a rule is about one of these interfaces. */
export function namesOne(rule: SavedRule, interfaces: ReadonlySet<string>): boolean {
  return interfacesOf(rule).some((name) => interfaces.has(name))
}

/** Rules about interfaces other than ours that were there before and are not there now, in their order. */
export function lostRules(
  before: readonly SavedRule[],
  after: readonly SavedRule[],
  own: ReadonlySet<string>
): SavedRule[] {
  const there = new Set(after.map(({ table, rule }) => `${table} ${rule}`))
  return before.filter(
    (rule) =>
      interfacesOf(rule).length > 0 && !namesOne(rule, own) && !there.has(`${rule.table} ${rule.rule}`)
  )
}

/** Input for iptables-restore --noflush: the rules appended (`-A`) or deleted (`-D`), each table at once. */
export function restoreInput(rules: readonly SavedRule[], how: '-A' | '-D'): string {
  const tables = [...new Set(rules.map(({ table }) => table))]
  return tables
    .map((table) => {
      const lines = rules.filter((rule) => rule.table === table).map(({ rule }) => `${how} ${rule}\n`)
      return `*${table}\n${lines.join('')}COMMIT\n`
    })
    .join('')
}

/**
 * Input for iptables-restore --noflush that takes dockerd's empty chains away again, and the jumps to them. Empty while a
 * rule in them is about an interface (another engine's network), or while the user has rules of their own in DOCKER-USER.
 */
export function chainRemoval(saved: string): string {
  const rules = dockerRules(saved).filter(({ rule }) => rule.startsWith('DOCKER'))
  const usersOwn = (rule: string): boolean => /^DOCKER-USER (?!-j RETURN$)/.test(rule)
  if (rules.some((rule) => interfacesOf(rule).length > 0 || usersOwn(rule.rule))) return ''
  return saved
    .split(/^\*/m)
    .map((part) => {
      const table = /^\w+/.exec(part)?.[0] ?? ''
      const chains = [...part.matchAll(/^:(DOCKER\S*) /gm)].map(([, name]) => name ?? '')
      const jumps = [...part.matchAll(/^-A ((?!DOCKER)\S+ .*-j DOCKER\S*)$/gm)].map(([, rule]) => rule ?? '')
      const lines = [
        ...jumps.map((rule) => `-D ${rule}`),
        ...chains.map((name) => `-F ${name}`),
        ...chains.map((name) => `-X ${name}`)
      ]
      return lines.length === 0 ? '' : `*${table}\n${lines.join('\n')}\nCOMMIT\n`
    })
    .join('')
}
