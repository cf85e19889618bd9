import { describe, expect, it } from 'vitest'
import { parseSolveStatus, timeMs } from './rawjson'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('parseSolveStatus', () => {
  it('reads a vertex as buildx prints it', () => {
    const line =
      '{"vertexes":[{"digest":"sha256:1","name":"[internal] load build definition from Dockerfile",' +
      '"started":"2026-01-02T03:04:05.000250006Z"}]}'
    expect(parseSolveStatus(line)?.vertexes).toEqual([
      {
        digest: 'sha256:1',
        name: '[internal] load build definition from Dockerfile',
        inputs: [],
        started: Date.parse('2026-01-02T03:04:05Z') + 0.250006,
        completed: null,
        cached: false,
        error: ''
      }
    ])
  })

  it('decodes logs and warnings', () => {
    const line = JSON.stringify({
      logs: [{ vertex: 'v', stream: 2, data: base64('hi\n'), timestamp: '2026-01-02T03:04:05Z' }],
      warnings: [
        {
          vertex: 'v',
          level: 1,
          short: base64('StageNameCasing'),
          detail: [base64('more')],
          url: 'https://docs.example/',
          range: [{ start: { line: 7 }, end: { line: 7 } }]
        }
      ]
    })
    const status = parseSolveStatus(line)
    expect(Buffer.from(status?.logs[0]?.data ?? []).toString()).toBe('hi\n')
    expect(status?.warnings[0]).toEqual({
      vertex: 'v',
      text: 'StageNameCasing',
      detail: ['more'],
      url: 'https://docs.example/',
      line: 7
    })
  })

  it('takes a message in which nothing is new for one, not for words of buildx', () => {
    expect(parseSolveStatus('{}')).toEqual({ vertexes: [], statuses: [], logs: [], warnings: [] })
  })

  it.each([
    '',
    'ERROR: no builder',
    '{',
    '{"other":1}',
    'null',
    '[]',
    '{"vertexes":"x"}',
    '{"vertexes":[1]}'
  ])('takes %j for no progress', (line) => expect(parseSolveStatus(line)).toBeNull())
})

describe('timeMs', () => {
  it('knows nanoseconds, zones and no time', () => {
    expect(timeMs('2026-01-02T03:04:05+01:00')).toBe(Date.parse('2026-01-02T02:04:05Z'))
    expect(timeMs('2026-01-02T03:04:05.5Z')).toBe(Date.parse('2026-01-02T03:04:05.5Z'))
    expect(timeMs('0001-01-01T00:00:00Z')).toBeNull()
    expect(timeMs('soon')).toBeNull()
  })
})
