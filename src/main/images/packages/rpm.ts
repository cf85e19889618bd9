/** rpm's database as Fedora, RHEL 9 and their kin have it: the headers of all packages in one table of an SQLite file. Pure. */
import { foundAll, type Found, type FoundPackage } from './found'
import { readRpmHeader } from './rpm-header'
import { sqliteTable, SqliteDamage } from './sqlite-table'

export function readRpmSqlite(bytes: Uint8Array): Found {
  const packages: FoundPackage[] = []
  try {
    for (const row of sqliteTable(bytes, 'Packages')) {
      const blob = row.at(-1)
      const found = blob instanceof Uint8Array ? readRpmHeader(blob) : null
      if (found !== null) packages.push(found)
    }
    return foundAll(packages)
  } catch (thrown) {
    if (thrown instanceof SqliteDamage) return foundAll(packages, thrown.message)
    throw thrown
  }
}
