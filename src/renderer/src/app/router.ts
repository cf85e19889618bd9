/**
 * Where each page lives. Addresses are in the hash: the page is one file under app://quayside/, and every address can be
 * opened directly. Pages are loaded when they are first shown.
 */
import { createRouter, createWebHashHistory, type Router, type RouterHistory } from 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    /** The page of the navigation this route belongs to. */
    page: string
    /** Shown only while the engine runs; otherwise the engine's state stands in for it. */
    needsEngine?: boolean
  }
}

export function makeRouter(history: RouterHistory = createWebHashHistory()): Router {
  return createRouter({
    history,
    routes: [
      { path: '/', component: () => import('@/features/home/HomePage.vue'), meta: { page: 'Home' } },
      {
        path: '/containers',
        component: () => import('@/features/containers/ContainersPage.vue'),
        meta: { page: 'Containers', needsEngine: true }
      },
      {
        path: '/containers/:id/:tab?',
        component: () => import('@/features/containers/ContainerPage.vue'),
        props: true,
        meta: { page: 'Containers', needsEngine: true }
      },
      {
        path: '/images',
        component: () => import('@/features/images/ImagesPage.vue'),
        meta: { page: 'Images', needsEngine: true }
      },
      {
        path: '/images/:id',
        component: () => import('@/features/images/ImagePage.vue'),
        props: true,
        meta: { page: 'Images', needsEngine: true }
      },
      {
        path: '/settings',
        component: () => import('@/features/settings/SettingsPage.vue'),
        meta: { page: 'Settings' }
      },
      { path: '/:unknown(.*)*', redirect: '/' }
    ]
  })
}
