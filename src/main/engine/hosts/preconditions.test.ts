import { userInfo } from 'node:os'
import { describe, expect, test } from 'vitest'
import { AppError } from '@shared/errors'
import { refuseFailed } from './linux-checks'
import {
  checkDisk,
  checkIdMapTools,
  checkIptables,
  checkSubIds,
  checkTun,
  freeIdRange,
  precondition
} from './preconditions'

describe.skipIf(process.platform !== 'linux')('what an engine needs', () => {
  test('a check that throws is a warning with its reason', async () => {
    const found = await precondition('x', 'X', () => {
      throw new AppError('System', 'It broke.')
    })
    expect(found).toEqual({
      ...{
        id: 'x',
        title: 'X',
        result: 'warning',
        detail: 'Could not be checked: It broke.',
        fix: null,
        command: null
      }
    })
  })

  test('a user without subordinate ids is told the command for exactly this user', async () => {
    const user = { ...userInfo(), username: 'nobody-here', uid: 987_654 }
    expect(await checkSubIds('subuid', user)).toMatchObject({
      result: 'failed',
      detail: 'nobody-here has 0 of them, 65536 are needed.',
      command: expect.stringMatching(/^sudo usermod --add-subuids \d+-\d+ nobody-here$/) as string
    })
    expect((await checkSubIds('subgid', user)).command).toContain('--add-subgids')
  })

  test('subordinate ids are offered behind those that other users have', () => {
    expect(freeIdRange('')).toBe('100000-165535')
    expect(freeIdRange('a:100000:65536\nb:300000:65536\n# a comment\n')).toBe('365536-431071')
  })

  test('a folder that does not exist yet is measured by the nearest one that does', async () => {
    expect((await checkDisk('/proc/self/nowhere/below')).id).toBe('disk')
    expect((await checkDisk('/nowhere/at/all')).detail).toMatch(/free/)
  })

  test('every answer that is not ok has something to do', async () => {
    const all = await Promise.all([checkIdMapTools(), checkTun(), checkIptables(false), checkDisk('/')])
    for (const { result, fix, detail } of all) {
      expect(detail).toMatch(/\.$/)
      if (result !== 'ok') expect(fix).toMatch(/\.$/)
    }
  })
})

test('the first failed requirement refuses the start, with its fix and command', () => {
  const fine = { id: 'a', title: 'A', result: 'ok', detail: 'Fine.', fix: null, command: null } as const
  const failed = {
    ...fine,
    id: 'disk',
    title: 'Disk',
    result: 'failed',
    detail: 'Full.',
    fix: 'Free it.',
    command: 'df'
  } as const
  refuseFailed([fine, { ...fine, result: 'warning' }])
  try {
    refuseFailed([fine, failed])
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({
      message: 'The engine cannot start here. Disk: Full.',
      hint: 'Free it. (df)',
      details: { kind: 'disk-full' }
    })
  }
})
