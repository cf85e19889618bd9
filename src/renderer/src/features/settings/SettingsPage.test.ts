import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '@shared/errors'
import { useApi } from '@/api'
import { fakeApi } from '@/api/fake'
import { useSettingsStore } from '@/stores/settings'
import SettingsPage from './SettingsPage.vue'

const settings = {
  engine: { source: null, startAtLaunch: true },
  theme: 'light',
  notifications: { died: true, unhealthy: true, outOfMemory: true }
} as const
const versions = (): Promise<{ quayside: string; electron: string; platform: string }> =>
  Promise.resolve({ quayside: '0.1.0', electron: '33.2.1', platform: 'Linux x64' })

beforeEach(() => {
  setActivePinia(createPinia())
})

describe('Settings', () => {
  it('marks what main says, not what was clicked, and applies the theme', async () => {
    const update = vi.fn(() => Promise.resolve())
    useApi(fakeApi({ app: { versions }, settings: { update } }))
    const store = useSettingsStore()
    store.apply(settings)
    const page = mount(SettingsPage, { attachTo: document.body, global: { stubs: { RouterLink: true } } })
    await flushPromises()
    const dark = page.get<HTMLInputElement>('input[value="dark"]')
    await dark.setValue(true)
    expect(update).toHaveBeenCalledWith({ theme: 'dark' })
    expect(page.get<HTMLInputElement>('input[value="light"]').element.checked).toBe(true)
    store.apply({ ...settings, theme: 'dark' })
    await flushPromises()
    expect(dark.element.checked).toBe(true)
    expect(document.documentElement.dataset['theme']).toBe('dark')
    expect(page.text()).toContain('33.2.1')
  })

  it('says in place why a setting could not be kept', async () => {
    const update = (): Promise<never> =>
      Promise.reject(new AppError('System', 'Could not save the settings.'))
    useApi(fakeApi({ app: { versions }, settings: { update } }))
    useSettingsStore().apply(settings)
    const page = mount(SettingsPage, { attachTo: document.body, global: { stubs: { RouterLink: true } } })
    await page.get('input[type="checkbox"]').setValue(false)
    await flushPromises()
    expect(page.get('[role="alert"]').text()).toContain('Could not save the settings.')
  })
})
