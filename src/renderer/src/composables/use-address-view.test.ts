import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { ADDRESS_REST_MS, queryText, useAddressView, type AddressView } from './use-address-view'

interface View {
  readonly search: string
}

let router: Router
let page: VueWrapper
let list: AddressView<View>

const List = defineComponent(() => {
  list = useAddressView<View>({
    storageKey: 'test.view',
    queryKeys: ['search'],
    fromStored: () => ({ search: '' }),
    toStored: () => ({}),
    fromQuery: (query) => ({ search: queryText(query, 'search') ?? '' }),
    toQuery: ({ search }) => (search === '' ? {} : { search })
  })
  return () => h('p', list.view.value.search)
})

const address = (): string => router.currentRoute.value.fullPath
const wait = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

beforeEach(async () => {
  vi.useFakeTimers()
  router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/list', component: List },
      { path: '/other', component: { render: () => h('p', 'other') } }
    ]
  })
  await router.push('/list')
  page = mount({ template: '<RouterView />' }, { global: { plugins: [router] } })
  await wait(0)
})
afterEach(() => {
  page.unmount()
  vi.useRealTimers()
})

describe('useAddressView', () => {
  it('changes the view at once and the address when it rests', async () => {
    const replace = vi.spyOn(router, 'replace')
    for (const search of ['w', 'we', 'web']) {
      list.update({ search })
      await wait(ADDRESS_REST_MS - 1)
      expect(page.text()).toBe(search)
      expect(address()).toBe('/list')
    }
    await wait(1)
    expect(address()).toBe('/list?search=web')
    expect(replace).toHaveBeenCalledTimes(1)
  })

  it('writes the address when the page is left before, so that Back finds the view', async () => {
    list.update({ search: 'web' })
    await router.push('/other')
    expect(address()).toBe('/other')
    router.back()
    await wait(ADDRESS_REST_MS)
    expect(address()).toBe('/list?search=web')
    expect(page.text()).toBe('web')
  })

  it('writes nothing into an entry that Back has already left', async () => {
    await router.push('/other')
    await router.push('/list')
    list.update({ search: 'web' })
    router.back()
    await wait(ADDRESS_REST_MS)
    expect(address()).toBe('/other')
  })

  it('keeps what is not written yet when something else in the address changes', async () => {
    list.update({ search: 'web' })
    await router.replace({ query: { run: 'x' } })
    expect(page.text()).toBe('web')
    await wait(ADDRESS_REST_MS)
    expect(router.currentRoute.value.query).toEqual({ run: 'x', search: 'web' })
  })

  it('follows a link, also while something waits to be written', async () => {
    list.update({ search: 'web' })
    await router.push('/list?search=db')
    await wait(ADDRESS_REST_MS)
    expect(page.text()).toBe('db')
    expect(address()).toBe('/list?search=db')
  })
})
