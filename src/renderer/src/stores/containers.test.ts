import { createPinia, setActivePinia } from 'pinia'
import { effectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { useApi } from '@/api'
import { fakeApi, fakeStream } from '@/api/fake'
import type { ContainerState, ContainerSummary } from '@shared/docker/container'
import type { Change } from '@shared/patch'
import { followContainers, useContainersStore } from './containers'

const container = (Id: string, State: ContainerState, project?: string): ContainerSummary => ({
  Id,
  Names: [`/${Id}`],
  Image: 'alpine',
  ImageID: 'sha256:a',
  Command: '',
  Created: 0,
  Ports: [],
  Labels: project === undefined ? {} : { 'com.docker.compose.project': project },
  State,
  Status: ''
})

beforeEach(() => {
  setActivePinia(createPinia())
})
afterEach(() => {
  useApi(null)
})

describe('the containers store', () => {
  it('knows it has not been told yet from there being none', () => {
    const store = useContainersStore()
    expect(store.loaded).toBe(false)
    store.apply({ type: 'snapshot', items: [] })
    expect(store.loaded).toBe(true)
    store.clear()
    expect(store.loaded).toBe(false)
  })

  it('keeps the identity of what a patch does not name', () => {
    const store = useContainersStore()
    const a = container('a', 'running')
    store.apply({ type: 'snapshot', items: [a, container('b', 'running')] })
    store.apply({ type: 'patch', upserts: [container('c', 'created')], removes: ['b'] })
    expect([...store.items.keys()]).toEqual(['a', 'c'])
    expect(store.items.get('a')).toBe(a)
  })

  it('counts as docker info does: what neither runs nor is paused is stopped', () => {
    const store = useContainersStore()
    const states: ContainerState[] = ['running', 'running', 'paused', 'created', 'exited', 'restarting']
    store.apply({ type: 'snapshot', items: states.map((state, index) => container(`c${index}`, state)) })
    expect(store.counts).toEqual({ total: 6, running: 2, paused: 1, stopped: 3 })
    expect(store.byState.get('exited')).toBe(1)
    expect(store.running.map((one) => one.Id)).toEqual(['c0', 'c1'])
  })

  it('groups by compose project and by image', () => {
    const store = useContainersStore()
    store.apply({
      type: 'snapshot',
      items: [container('a', 'running', 'shop'), container('b', 'exited', 'shop'), container('c', 'running')]
    })
    expect(store.byProject.get('shop')?.map((one) => one.Id)).toEqual(['a', 'b'])
    expect(store.byProject.size).toBe(1)
    expect(store.byImage.get('sha256:a')).toHaveLength(3)
  })

  it('follows the engine until its owner goes', async () => {
    const stream = fakeStream<Change<ContainerSummary>>([
      { type: 'snapshot', items: [container('a', 'running')] }
    ])
    useApi(fakeApi({ containers: { watch: () => stream } }))
    const scope = effectScope()
    scope.run(followContainers)
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
    expect(useContainersStore().items.has('a')).toBe(true)
    scope.stop()
    expect(stream.closed).toBe(true)
  })
})
