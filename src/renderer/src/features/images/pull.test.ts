import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { useApi } from '@/api'
import { fakeApi, fakeStream } from '@/api/fake'
import { useTasksStore } from '@/stores/tasks'
import type { SearchSource } from '@shared/contract/registries'
import type { Task } from '@shared/contract/tasks'
import { pullCommand, pullProblems } from './pull-form'
import PullImage from './PullImage.vue'

const task = (news: Partial<Task>): Task => ({
  Id: 't',
  title: 'Pull a:1',
  state: 'running',
  progress: null,
  message: '',
  hint: null,
  transfer: null,
  retryable: true,
  wantsLogin: null,
  page: null,
  startedAt: 0,
  endedAt: null,
  ...news
})

describe('the form of a pull', () => {
  it('says what is wrong, and the command it equals', () => {
    expect(pullProblems({ image: ' nginx ', platform: '' })).toEqual({})
    expect(Object.keys(pullProblems({ image: 'UPPER', platform: 'linux arm' }))).toEqual([
      'image',
      'platform'
    ])
    expect(pullCommand({ image: '', platform: '' })).toBe('docker pull IMAGE')
    expect(pullCommand({ image: 'a:1', platform: 'linux/arm64' })).toBe(
      'docker pull --platform linux/arm64 a:1'
    )
  })
})

describe('the dialog of a pull', () => {
  let page: VueWrapper
  const button = (name: string): HTMLElement | undefined =>
    [...document.querySelectorAll<HTMLElement>('[role="dialog"] footer button')].find(
      (one) => one.textContent.trim() === name
    )
  async function open(): Promise<HTMLInputElement> {
    const pinia = createPinia()
    setActivePinia(pinia)
    page = mount(PullImage, { attachTo: document.body, global: { plugins: [pinia] } })
    await page.find('button').trigger('click')
    await flushPromises()
    const input = document.querySelector<HTMLInputElement>('[role="dialog"] input')
    if (input === null) throw new Error('no field')
    return input
  }
  afterEach(() => {
    vi.useRealTimers()
    page.unmount()
    useApi(null)
    document.body.replaceChildren()
  })

  it('shows layers with their bytes, a failure once with Retry, and a success', async () => {
    const pull = vi.fn(() => Promise.resolve({ taskId: 't' }))
    const retry = vi.fn(() => Promise.resolve())
    useApi(fakeApi({ images: { pull }, tasks: { retry } }))
    const input = await open()
    input.value = ' a:1 '
    input.dispatchEvent(new Event('input'))
    document.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }))
    await flushPromises()
    expect(pull).toHaveBeenCalledWith({ image: 'a:1', platform: '' })

    const layers = [
      { id: 'aaa', state: 'Downloading' as const, current: 500_000, total: 2_000_000 },
      { id: 'bbb', state: 'Already exists' as const, current: 0, total: 0 }
    ]
    const transfer = { layers, current: 500_000, total: 2_000_000, bytesPerSecond: 100_000, secondsLeft: 15 }
    useTasksStore().apply({ type: 'snapshot', items: [task({ transfer })] })
    await flushPromises()
    const text = (): string => document.querySelector('[role="dialog"]')?.textContent ?? ''
    expect(text()).toContain('500kB of 2MB · 100kB/s · 15 seconds left')
    expect(document.querySelector('[aria-label="Layer aaa"]')?.getAttribute('aria-valuenow')).toBe('25')
    expect(document.querySelector('[aria-label="Layer bbb"]')?.getAttribute('aria-valuenow')).toBe('100')
    expect(button('Cancel')).toBeDefined()

    useTasksStore().apply({
      type: 'snapshot',
      items: [task({ state: 'failed', message: 'Broke off.', transfer })]
    })
    await flushPromises()
    expect(document.querySelectorAll('[role="alert"]')).toHaveLength(1)
    button('Retry')?.click()
    await flushPromises()
    expect(retry).toHaveBeenCalledWith({ id: 't' })
    useTasksStore().apply({ type: 'snapshot', items: [task({ state: 'succeeded', message: 'Pulled a:1' })] })
    await flushPromises()
    expect(text()).toContain('Pulled a:1')
    expect(button('Retry')).toBeUndefined()
  })
  it('offers what is found while the name is typed, and stops searching once it pulls', async () => {
    vi.useFakeTimers()
    const stream = fakeStream<SearchSource[]>()
    const pull = () => Promise.resolve({ taskId: 't' })
    useApi(fakeApi({ images: { pull }, registries: { search: () => stream } }))
    const input = await open()
    input.value = 'redis'
    input.dispatchEvent(new Event('input'))
    await vi.advanceTimersByTimeAsync(1_000)
    const none = { cut: false, problem: '', hint: '' }
    const found = [{ name: 'redis', description: 'A store', official: true, stars: 5 }]
    stream.push([
      { ...none, name: 'Docker Hub', state: 'done', found },
      { ...none, name: 'r.example', state: 'searching', found: [] }
    ])
    await flushPromises()
    const options = document.querySelectorAll(`[id="${input.getAttribute('list')}"] option`)
    expect([...options].map((option) => option.getAttribute('value'))).toEqual(['redis'])
    const status = document.querySelector('[role="status"][aria-label="Search results"]')
    expect(status?.textContent).toContain('r.example: searching…')
    document.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }))
    await flushPromises()
    useTasksStore().apply({ type: 'snapshot', items: [task({})] })
    await flushPromises()
    expect(stream.closed).toBe(true)
    expect(document.querySelector('[aria-label="Search results"]')).toBeNull()
  })
})
