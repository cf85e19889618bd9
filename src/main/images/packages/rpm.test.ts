import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRpmSqlite } from './rpm'
import { readRpmHeader } from './rpm-header'
import { sqliteTable, SqliteDamage } from './sqlite-table'

/** Written by rpm 4.18: twelve packages made for this test, one of them with seventy files; other tables are dropped. */
const DATABASE = gunzipSync(readFileSync(new URL('testing/rpmdb.sqlite.gz', import.meta.url)))

describe('rpm', () => {
  it('tells what `rpm -qa` tells of a database it has written', () => {
    const { packages, note } = readRpmSqlite(DATABASE)
    expect(note).toBeNull()
    // rpm -qa --qf '%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE} %{ARCH} %{LICENSE} %{SOURCERPM}\n', where the epoch is not (none)
    const expected = Array.from({ length: 12 }, (_, at) => {
      const n = at + 1
      return `pkg-${n} ${n % 3 === 0 ? '2:' : ''}1.${n}-${n}.fc40 noarch MIT AND BSD-2-Clause pkg-${n}-1.${n}-${n}.fc40.src.rpm`
    })
    const told = packages.map(
      ({ name, version, architecture, licences, source }) =>
        `${name} ${version} ${architecture} ${licences.join()} ${source}`
    )
    expect(told.sort()).toEqual(expected.sort())
    expect(packages.find(({ name }) => name === 'pkg-5')?.owned).toContain('/usr/share/pkg-5/file-1')
    expect(packages.find(({ name }) => name === 'pkg-1')?.owned).toContain('/usr/share/pkg-1/file')
  })

  it('reads as far as it can, and says what is wrong', () => {
    expect(readRpmSqlite(DATABASE.subarray(0, 20_000)).note).toBe('is cut short')
    expect(readRpmSqlite(new Uint8Array(10)).note).toBe('is no SQLite file')
    expect(() => [...sqliteTable(DATABASE, 'Other')]).toThrow(SqliteDamage)
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 12 }),
        fc.nat(DATABASE.length - 12),
        (noise, at) => {
          const damaged = Buffer.from(DATABASE)
          damaged.set(noise, at)
          readRpmSqlite(damaged)
          damaged.set(noise, at % 200)
          readRpmSqlite(damaged)
        }
      ),
      { numRuns: 120 }
    )
  })

  it('takes no header for one that is none', () => {
    expect(readRpmHeader(new Uint8Array(4))).toBeNull()
    expect(readRpmHeader(Buffer.from('ffffffffffffffff', 'hex'))).toBeNull()
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => void readRpmHeader(noise)))
  })
})
