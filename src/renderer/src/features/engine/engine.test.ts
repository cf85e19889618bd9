import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineFailure, EngineState, EngineStatus } from '@shared/contract/engine'
import { AppError } from '@shared/errors'
import { useApi } from '@/api'
import { fakeApi } from '@/api/fake'
import { useEngineStore } from '@/stores/engine'
import EngineChoice from './EngineChoice.vue'
import EngineDown from './EngineDown.vue'
import EngineProblem from './EngineProblem.vue'

const failure: EngineFailure = {
  step: 'spawning',
  message: 'The disk that holds the engine’s data is full.',
  hint: 'Free at least 1 GB.',
  kind: 'disk-full',
  exitCode: 1,
  lastLogLines: ['first <b>line</b>', '\u001b[31mlast line\u001b[0m']
}

function status(state: EngineState, more: Partial<EngineStatus> = {}): EngineStatus {
  return {
    state,
    desired: 'running',
    source: 'bundled',
    mode: 'rootless',
    host: 'unix:///run/docker.sock',
    contextName: null,
    awaitingChoice: false,
    contextEngine: null,
    ...more
  }
}

const running: EngineState = {
  name: 'running',
  version: '28.5.2',
  apiVersion: '1.51',
  since: 0,
  degraded: null
}

beforeEach(() => {
  setActivePinia(createPinia())
  document.body.replaceChildren()
})

function button(text: string): HTMLElement {
  const found = [...document.querySelectorAll<HTMLElement>('button')].find((one) =>
    one.textContent.includes(text)
  )
  if (!found) throw new Error(`No button ${text}`)
  return found
}

describe('the engine store', () => {
  it('says Restarting while the engine is waiting to be started again', () => {
    const store = useEngineStore()
    expect(store.word).toBe('')
    store.apply(status({ name: 'backoff', attempt: 1, retryAt: 0, failure }))
    expect(store.word).toBe('Restarting')
    expect(store.canStop).toBe(true)
    store.apply(status(running))
    expect(store.text).toBe('Running · 28.5.2')
  })

  it('offers neither start nor stop for an engine that is not ours, nor while a choice is awaited', () => {
    const store = useEngineStore()
    store.apply(status(running, { source: 'context', mode: null, contextName: 'desktop-linux' }))
    expect([store.canStart, store.canStop]).toEqual([false, false])
    expect(store.sourceText).toBe('Context desktop-linux')
    store.apply(status({ name: 'stopped' }, { awaitingChoice: true }))
    expect(store.canStart).toBe(false)
  })
})

describe('EngineProblem', () => {
  it('says what failed and what to do, with unmet preconditions and the log one click away', async () => {
    const start = vi.fn(() => Promise.resolve())
    const unmet = { id: 'disk', title: 'Free disk space', detail: '120 MB left.', fix: 'Free some.' }
    useApi(
      fakeApi({
        engine: {
          start,
          preconditions: () => Promise.resolve([{ ...unmet, result: 'failed', command: 'df -h' }])
        }
      })
    )
    useEngineStore().apply(status({ name: 'failed', failure }))
    const problem = mount(EngineProblem, { attachTo: document.body })
    await flushPromises()
    expect(problem.get('[role="alert"]').text()).toContain(failure.message)
    expect(problem.text()).toContain('Free disk space')
    expect(problem.text()).toContain('df -h')

    button('Show last log lines').click()
    await flushPromises()
    const lines = document.querySelector('[aria-label="Log lines"]')
    expect(lines?.textContent).toBe('first <b>line</b>\nlast line')
    button('Retry').click()
    expect(start).toHaveBeenCalledOnce()
    problem.unmount()
  })

  it('shows the log of earlier runs when the engine was not even started, and the newest lines while it is degraded', async () => {
    const log = vi.fn(() => Promise.resolve({ path: '/logs/engine.log', lines: ['of an earlier run'] }))
    useApi(fakeApi({ engine: { log } }))
    const shown = () => document.querySelector('[role="dialog"]')?.textContent ?? ''
    useEngineStore().apply(status({ name: 'failed', failure: { ...failure, lastLogLines: [] } }))
    const problem = mount(EngineProblem, { attachTo: document.body })
    button('Show last log lines').click()
    await flushPromises()
    expect(log).toHaveBeenCalledWith({ lines: 50 })
    expect(shown()).toContain('It was not started this time')
    expect(shown()).toContain('of an earlier run')
    button('Close').click()
    await flushPromises()

    useEngineStore().apply(status({ ...running, degraded: 'containerd is restarting.' }))
    await flushPromises()
    button('Show last log lines').click()
    await flushPromises()
    expect(shown()).toContain('containerd is restarting.')
    expect(shown()).toContain('of an earlier run')
    expect(shown()).not.toContain('It was not started')
    problem.unmount()
  })

  it('is not there while all is well', () => {
    useEngineStore().apply(status(running))
    expect(mount(EngineProblem).find('[role="alert"]').exists()).toBe(false)
  })
})

describe('EngineDown', () => {
  it('starts the engine, and says in place why it could not', async () => {
    useApi(
      fakeApi({
        engine: { start: () => Promise.reject(new AppError('Unavailable', 'It is still stopping.')) }
      })
    )
    useEngineStore().apply(status({ name: 'stopped' }))
    const down = mount(EngineDown, {
      props: { page: 'Containers' },
      attachTo: document.body,
      global: { stubs: { RouterLink: true } }
    })
    expect(down.get('h1').text()).toBe('Containers')
    button('Start the engine').click()
    await flushPromises()
    expect(down.get('[role="alert"]').text()).toContain('It is still stopping.')
    down.unmount()
  })
})

describe('EngineChoice', () => {
  it('asks which of the two engines to use, and cannot be waved away', async () => {
    const use = vi.fn(() => Promise.resolve())
    useApi(fakeApi({ engine: { use } }))
    const contextEngine = { name: 'desktop-linux', host: 'unix:///x.sock', version: '27.3.1' }
    useEngineStore().apply(status({ name: 'stopped' }, { awaitingChoice: true, contextEngine }))
    const choice = mount(EngineChoice, { attachTo: document.body })
    await flushPromises()
    const dialog = document.querySelector('[role="dialog"]')
    expect(dialog?.textContent).toContain('27.3.1')
    expect(dialog?.querySelector('[aria-label="Close"]')).toBeNull()
    button('context desktop-linux').click()
    expect(use).toHaveBeenCalledWith({ source: 'context' })
    choice.unmount()
  })
})
