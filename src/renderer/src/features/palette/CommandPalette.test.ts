import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useApi } from '@/api'
import { fakeApi } from '@/api/fake'
import { Box } from '@lucide/vue'
import PaletteList from './PaletteList.vue'

beforeEach(() => {
  setActivePinia(createPinia())
})

describe('CommandPalette', () => {
  it('is a combobox: arrows choose, Enter runs and closes', async () => {
    const update = vi.fn(() => Promise.resolve())
    useApi(fakeApi({ settings: { update } }))
    const router = createRouter({
      history: createMemoryHistory(),
      routes: [{ path: '/:all(.*)*', component: { template: '<p />' } }]
    })
    const palette = mount(PaletteList, {
      props: { pages: [{ title: 'Containers', path: '/containers', icon: Box }] },
      global: { plugins: [router] },
      attachTo: document.body
    })
    const field = palette.get('[role="combobox"]')
    await field.setValue('theme')
    await field.trigger('keydown', { key: 'ArrowDown' })
    await field.trigger('keydown', { key: 'ArrowDown' })
    const chosen = palette.get('[aria-selected="true"]')
    expect(chosen.text()).toContain('Use the dark theme')
    expect(field.attributes('aria-activedescendant')).toBe(chosen.attributes('id'))
    await field.trigger('keydown', { key: 'Enter' })
    await nextTick()
    expect(update).toHaveBeenCalledWith({ theme: 'dark' })
    expect(palette.emitted('done')).toHaveLength(1)
    palette.unmount()
  })
})
