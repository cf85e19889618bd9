import { describe, expect, test } from 'vitest'
import type { Builder } from '@shared/contract/builders'
import { createCommand, emptyBuilder, newBuilder } from './builder-form'
import { builderState, isEngines, platformsOf } from './builder-rows'

const node = (status: string, error = '') => ({
  name: 'n',
  endpoint: 'e',
  status,
  version: '',
  platforms: ['linux/amd64'],
  options: [],
  error
})
const builder = (...nodes: Builder['nodes']): Builder => ({
  name: 'b',
  driver: 'docker-container',
  current: false,
  lastActivity: null,
  nodes,
  error: ''
})

test('the state of a builder is that of its worst node', () => {
  expect(builderState(builder(node('running')))).toMatchObject({ word: 'Running', tone: 'ok' })
  expect(builderState(builder(node('running'), node('inactive'))).word).toBe('Partly running')
  expect(builderState(builder(node('inactive'))).word).toBe('Not started')
  expect(builderState(builder(node('running'), node('', 'no such host')))).toMatchObject({
    word: 'Error',
    title: 'no such host'
  })
  expect(builderState(builder()).word).toBe('Unknown')
  expect(platformsOf(builder(node('a'), node('b')))).toEqual(['linux/amd64'])
})

test('those of engines are told by their driver, reached or not', () => {
  const own = ['docker-container', 'docker', ''].map((driver) => isEngines({ ...builder(), driver }))
  expect(own).toEqual([false, true, true])
})

describe('a new builder', () => {
  test('is asked for with what was written', () => {
    const form = {
      ...emptyBuilder(),
      name: ' harbour ',
      platforms: 'linux/amd64, linux/arm64',
      options: 'a=1\nb=two words\n'
    }
    const { builder: made } = newBuilder(form)
    expect(made).toMatchObject({ name: 'harbour', options: ['a=1', 'b=two words'] })
    expect(made && createCommand(made)).toBe(
      "docker buildx create --name harbour --driver docker-container --driver-opt a=1 --driver-opt 'b=two words' --platform linux/amd64,linux/arm64"
    )
  })

  test.each([
    [{ name: '' }, null],
    [{ name: '-x' }, 'name'],
    [{ name: 'x', options: 'novalue' }, 'options'],
    [{ name: 'x', driver: 'remote' as const }, null],
    [{ name: 'x', driver: 'remote' as const, endpoint: 'host' }, 'endpoint']
  ])('%j is not asked for', (fields, wrong) => {
    const { builder: made, problems } = newBuilder({ ...emptyBuilder(), ...fields })
    expect(made).toBeNull()
    if (wrong !== null) expect(problems[wrong as keyof typeof problems]).not.toBeNull()
  })
})
