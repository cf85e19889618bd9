import { flushPromises } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { fakeApi } from '@/api/fake'
import { closePage, mountPage } from '@/features/containers/page-testing'
import { useTasksStore } from '@/stores/tasks'
import { useToastsStore } from '@/stores/toasts'
import type { Task } from '@shared/contract/tasks'
import { useTaskToasts } from './task-toasts'

const task = (Id: string, page: string | null, state: Task['state']): Task => ({
  Id,
  title: `Build ${Id}`,
  state,
  progress: null,
  message: 'It failed.',
  hint: null,
  transfer: null,
  retryable: false,
  wantsLogin: null,
  page,
  startedAt: 1,
  endedAt: state === 'running' ? null : 2
})

let unmount = (): void => undefined
afterEach(() => unmount())

it('tells of the end of a task, but not on the page that tells of it', async () => {
  const host = { setup: useTaskToasts, template: '<div />' }
  const { page } = await mountPage(host, '/builds/here', fakeApi())
  unmount = () => closePage(page)
  const all = [task('here', '/builds/here', 'running'), task('there', '/builds/there', 'running')]
  useTasksStore().apply({ type: 'snapshot', items: [...all, task('plain', null, 'running')] })
  await flushPromises()
  const upserts = [
    task('here', '/builds/here', 'failed'),
    task('there', '/builds/there', 'failed'),
    task('plain', null, 'failed')
  ]
  useTasksStore().apply({ type: 'patch', upserts, removes: [] })
  await flushPromises()
  const told = useToastsStore().toasts.map(({ message }) => message)
  expect(told.sort()).toEqual(['Build plain: It failed.', 'Build there: It failed.'])
})
