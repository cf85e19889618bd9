import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOutJson } from './json-text'
import { hideInspected, MASK } from './secrets'

describe('JSON as docker inspect prints it', () => {
  it('keeps keys, numbers and escapes exactly as the engine wrote them', () => {
    const source =
      '{"b":1,"10":2,"1":3,"big":9223372036854775807,"html":"\\u003cb\\u003e","e":1e+2,"o":{},"l":[],"n":[{"x":null}]}'
    expect(layOutJson(source)).toBe(
      [
        '{',
        '    "b": 1,',
        '    "10": 2,',
        '    "1": 3,',
        '    "big": 9223372036854775807,',
        '    "html": "\\u003cb\\u003e",',
        '    "e": 1e+2,',
        '    "o": {},',
        '    "l": [],',
        '    "n": [',
        '        {',
        '            "x": null',
        '        }',
        '    ]',
        '}'
      ].join('\n')
    )
  })

  it('lays any JSON out as JSON.stringify does, and once laid out changes nothing', () => {
    fc.assert(
      fc.property(fc.json(), (source) => {
        const value: unknown = JSON.parse(source)
        const text = layOutJson(JSON.stringify(value), '  ')
        expect(text).toBe(JSON.stringify(value, null, 2))
        expect(layOutJson(text, '  ')).toBe(text)
      })
    )
  })

  it('gives back what is no JSON', () => {
    for (const text of ['', '{"a"', '}', '"', 'nonsense here', '{"a":1}}'])
      expect(layOutJson(text)).toContain(text.slice(0, 1))
    expect(layOutJson(']')).toBe(']')
    expect(layOutJson('"open')).toBe('"open')
  })
})

describe('the secrets in docker inspect', () => {
  const body = {
    Args: ['--password', 'one', '--token=two', 'sh', '-c', 'PGPASSWORD=three psql postgres://u:four@db/x'],
    Config: {
      Env: ['PATH=/usr/bin', 'DB_PASSWORD=five', 'CUSTOM=six', 'EMPTY=', 'NODE_VERSION=20'],
      Labels: { 'traefik.auth': 'seven', plain: 'shown', key: 'eight' },
      Healthcheck: { Test: ['CMD-SHELL', 'curl -u admin http://a:nine@x'] }
    },
    HostConfig: { LogConfig: { Type: 'splunk', Config: { 'splunk-token': 'ten' } }, Memory: 5 },
    Other: 'https://me:eleven@host/'
  }
  it('are hidden wherever they are, and nothing else is', () => {
    const text = layOutJson(JSON.stringify(body), '  ', hideInspected)
    for (const word of [
      'one',
      'two',
      'three',
      'four',
      'five',
      'six',
      'seven',
      'eight',
      'nine',
      'ten',
      'eleven'
    ]) {
      expect(text).not.toMatch(new RegExp(`\\b${word}\\b`))
    }
    for (const word of ['/usr/bin', 'EMPTY=', 'NODE_VERSION=20', 'shown', 'splunk', '--password', 'admin']) {
      expect(text).toContain(word)
    }
    expect(text).toContain(MASK)
    expect(JSON.parse(text)).toMatchObject({ HostConfig: { Memory: 5 } })
  })
})
