import { describe, expect, it } from 'vitest'
import { AppError } from '@shared/errors'
import type { RunResult } from '../platform/child-process'
import { findingsOf } from './check-answer'
import { checkDockerfile, withOwnFrontend } from './check'

const asked = { context: '', contextKind: 'folder', buildArgs: [], target: '', text: 'FROM a' } as const
const never = new AbortController().signal

describe('no program that a Dockerfile names is run for a check', () => {
  it.each([
    ['FROM a', 'FROM a'],
    ['# syntax=docker/dockerfile:1\nFROM a', '#\nFROM a'],
    ['#syntax = docker.io/docker/dockerfile:1.7\r\n# escape=`\r\nFROM a', '# escape=`\r\n#\nFROM a'],
    ['# syntax=docker/dockerfile:1-labs\nFROM a', null],
    ['# Syntax=evil/frontend\nFROM a', null],
    ['// syntax=evil/frontend\nFROM a', null],
    ['#!/usr/bin/env docker\n# syntax=evil/frontend\nFROM a', null],
    ['\ufeff# x1=y\n# syntax=evil/frontend\nFROM a', null],
    ['{"syntax": "evil/frontend"}', null],
    ['# syntax=docker/dockerfile:1\n# syntax=evil\nFROM a', null],
    ['FROM a\n# syntax=evil/frontend', 'FROM a\n# syntax=evil/frontend']
  ])('%j', (text, expected) => expect(withOwnFrontend(text)).toBe(expected))

  it('neither by a build argument', async () => {
    const buildx = { ownBuilder: 'default', ask: () => Promise.reject(new Error('was run')) }
    const { unavailable } = await checkDockerfile(
      buildx,
      { ...asked, buildArgs: ['BUILDKIT_SYNTAX=evil'] },
      never
    )
    expect(unavailable).toContain('syntax of its own')
  })
})

describe('what buildx answers', () => {
  const answers = (result: Partial<RunResult> | AppError) => ({
    ownBuilder: 'default',
    ask: () =>
      result instanceof AppError
        ? Promise.reject(result)
        : Promise.resolve({ exitCode: 0, signal: null, stdout: '', stderr: '', ...result })
  })

  it('becomes findings with their lines', () => {
    const location = { ranges: [{ start: { line: 3 }, end: { line: 4 } }] }
    expect(
      findingsOf(
        JSON.stringify({
          warnings: [
            { ruleName: 'UndefinedVar', detail: 'Usage of $X', url: 'https://x', location },
            { ruleName: 'A' }
          ],
          buildError: { message: 'unknown instruction: FOO', location: {} }
        })
      )
    ).toEqual({
      stopped: true,
      findings: [
        {
          rule: 'BuildError',
          message: 'unknown instruction: FOO',
          url: '',
          severity: 'error',
          line: 0,
          endLine: 0
        },
        {
          rule: 'UndefinedVar',
          message: 'Usage of $X',
          url: 'https://x',
          severity: 'warning',
          line: 3,
          endLine: 4
        },
        { rule: 'A', message: '', url: '', severity: 'warning', line: 0, endLine: 0 }
      ]
    })
  })

  it.each([
    [{ exitCode: 1, stderr: 'x\nERROR: failed to fetch\n' }, 'failed to fetch'],
    [{ stdout: '{"warnings": 7}' }, 'the engine has none.'],
    [new AppError('EngineNotRunning', 'x'), 'the engine does not run.'],
    [new AppError('Deadline', 'x'), 'no answer in time']
  ])('or says why there are none: %j', async (result, words) => {
    const answer = await checkDockerfile(answers(result), asked, never)
    expect(answer).toMatchObject({ findings: [], unavailable: expect.stringContaining(words) as string })
  })

  it.each([
    ['FROM a', 'a: failed to resolve source metadata for a: dial tcp: lookup x', 'the registry of a cannot'],
    ['# syntax=docker/dockerfile:1\nFROM a', 'unknown flag: --parents', 'only the syntax'],
    ['FROM a', 'unknown flag: --parents', ''],
    ['FROM a', 'a: failed to resolve source metadata for a: a: not found', '']
  ])('%j that ends in %s', async (text, message, unavailable) => {
    const stdout = JSON.stringify({ warnings: null, buildError: { message } })
    const answer = await checkDockerfile(answers({ exitCode: 1, stdout }), { ...asked, text }, never)
    expect(answer.unavailable).toContain(unavailable)
    expect(answer.findings).toHaveLength(unavailable === '' ? 1 : 0)
  })

  it('an empty one is not sent', async () => {
    const answer = await checkDockerfile(
      answers(new AppError('System', 'x')),
      { ...asked, text: ' \n' },
      never
    )
    expect(answer).toEqual({ findings: [], stopped: false, unavailable: '' })
  })
})
