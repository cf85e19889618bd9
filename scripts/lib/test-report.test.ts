import { describe, expect, test } from 'vitest'
import { closingLine, countCheck, countPlaywright, countVitest, judge, sum, table } from './test-report.mjs'

const count = (passed: number, failed: number, skipped = 0, notes: string[] = []) => ({
  passed,
  failed,
  skipped,
  notes
})

describe('counting', () => {
  test('a static check is one test', () => {
    expect(countCheck(0)).toEqual(count(1, 0))
    expect(countCheck(2)).toEqual(count(0, 1))
  })

  test("Vitest's report", () => {
    const report = {
      numPassedTests: 5,
      numFailedTests: 1,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: []
    }
    expect(countVitest(report, 1)).toEqual(count(5, 1, 3))
  })

  test('a file that Vitest cannot load is a failure', () => {
    const file = { status: 'failed', name: '/a.test.ts', assertionResults: [] }
    expect(countVitest({ numPassedTests: 3, testResults: [file] }, 1)).toEqual(
      count(3, 1, 0, ['could not load /a.test.ts'])
    )
  })

  test("Playwright's report; what needed a second try is said", () => {
    const report = { stats: { expected: 4, unexpected: 1, flaky: 1, skipped: 2 }, errors: [] }
    expect(countPlaywright(report, 1)).toEqual(count(5, 1, 2, ['1 passed only when tried again']))
  })

  test('an error outside of any Playwright test is a failure', () => {
    expect(countPlaywright({ stats: { expected: 0 }, errors: [{ message: 'no config' }] }, 1).failed).toBe(1)
  })

  test.each([countVitest, countPlaywright])('no report is a failure, even with exit code 0', (counter) => {
    expect(counter(null, 0)).toMatchObject({ passed: 0, failed: 1 })
  })

  test('a bad exit code without a failed test is a failure', () => {
    expect(countVitest({ numPassedTests: 3 }, 1)).toMatchObject({ passed: 3, failed: 1 })
    expect(countPlaywright({ stats: { expected: 3 } }, 1)).toMatchObject({ passed: 3, failed: 1 })
  })
})

describe('judging a suite', () => {
  test('one in which nothing ran has failed', () => {
    expect(judge(count(0, 0), false)).toEqual(count(0, 1, 0, ['ran no test']))
  })

  test('one in which all was skipped fails a complete run only', () => {
    expect(judge(count(0, 0, 4), false)).toEqual(count(0, 0, 4, ['every test was skipped']))
    expect(judge(count(0, 0, 4), true)).toEqual(count(0, 1, 4, ['every test was skipped']))
  })

  test('any other stays as it is', () => {
    expect(judge(count(3, 0, 1), true)).toEqual(count(3, 0, 1))
    expect(judge(count(0, 2), true)).toEqual(count(0, 2))
  })
})

test('the closing line', () => {
  expect(closingLine(count(12, 0))).toBe('12 passed, 0 failed')
  expect(closingLine(sum([count(1, 2), count(3, 4, 5)]))).toBe('4 passed, 6 failed, 5 skipped')
})

test('the table lines its columns up and ends with the notes', () => {
  const text = table([
    { name: 'unit', seconds: 12.34, count: count(154, 0) },
    { name: 'integration', seconds: 3, count: count(0, 1, 0, ['ran no test']) }
  ])
  expect(text.split('\n')).toEqual([
    'suite        passed  failed  skipped    time',
    'unit            154       0        0  12.3 s',
    'integration       0       1        0   3.0 s',
    'integration: ran no test'
  ])
})
