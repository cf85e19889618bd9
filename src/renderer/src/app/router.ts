/**
 * Where each page lives. Addresses are in the hash: the page is one file under app://quayside/, and every address can be
 * opened directly. The three pages an app is started on come with the first file, because each further file costs the
 * start a trip to main; the rest is loaded when it is first shown.
 */
import {
  createRouter,
  createWebHashHistory,
  type Router,
  type RouteRecordRaw,
  type RouterHistory
} from 'vue-router'
import ContainersPage from '@/features/containers/ContainersPage.vue'
import HomePage from '@/features/home/HomePage.vue'
import ImagesPage from '@/features/images/ImagesPage.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** The page of the navigation this route belongs to. */
    page: string
    /** Shown only while the engine runs; otherwise the engine's state stands in for it. */
    needsEngine?: boolean
    /** Once made it is shown while the engine is away too: it holds what was read. */
    staysReadable?: boolean
  }
}

const ROUTES: readonly RouteRecordRaw[] = [
  { path: '/', component: HomePage, meta: { page: 'Home' } },
  {
    path: '/containers',
    component: ContainersPage,
    meta: { page: 'Containers', needsEngine: true }
  },
  {
    path: '/containers/logs',
    component: () => import('@/features/containers/logs/MergedLogsPage.vue'),
    meta: { page: 'Containers', needsEngine: true, staysReadable: true }
  },
  {
    path: '/containers/:id/filesystem/:tab?',
    component: () => import('@/features/images/browse/FilesystemPage.vue'),
    props: true,
    meta: { page: 'Containers', needsEngine: true, staysReadable: true }
  },
  {
    path: '/containers/:id/:tab?',
    component: () => import('@/features/containers/ContainerPage.vue'),
    props: true,
    meta: { page: 'Containers', needsEngine: true, staysReadable: true }
  },
  {
    path: '/images',
    component: ImagesPage,
    meta: { page: 'Images', needsEngine: true }
  },
  {
    path: '/images/archive/:tab?',
    component: () => import('@/features/images/browse/ArchivePage.vue'),
    props: true,
    meta: { page: 'Images' }
  },
  {
    path: '/images/:id/:tab?',
    component: () => import('@/features/images/ImagePage.vue'),
    props: true,
    meta: { page: 'Images', needsEngine: true, staysReadable: true }
  },
  {
    path: '/builds/:tab(cache|builders)?',
    component: () => import('@/features/builds/BuildsPage.vue'),
    props: true,
    meta: { page: 'Builds', needsEngine: true, staysReadable: true }
  },
  {
    path: '/builds/dockerfile',
    component: () => import('@/features/builds/dockerfile/DockerfilePage.vue'),
    props: ({ query }) => ({ context: text(query['context']), dockerfile: text(query['file']) }),
    meta: { page: 'Builds' }
  },
  {
    path: '/builds/history/:ref/:tab?',
    component: () => import('@/features/builds/PastBuildPage.vue'),
    props: ({ params }) => ({ build: params['ref'], tab: params['tab'] }),
    meta: { page: 'Builds', needsEngine: true, staysReadable: true }
  },
  {
    path: '/builds/compare/:before/:after',
    component: () => import('@/features/builds/compare/CompareBuildsPage.vue'),
    props: true,
    meta: { page: 'Builds', needsEngine: true, staysReadable: true }
  },
  {
    path: '/builds/:id',
    component: () => import('@/features/builds/BuildPage.vue'),
    props: true,
    meta: { page: 'Builds', staysReadable: true }
  },
  {
    path: '/disk/:tab?',
    component: () => import('@/features/disk/DiskPage.vue'),
    props: true,
    meta: { page: 'Home', needsEngine: true, staysReadable: true }
  },
  {
    path: '/registries',
    component: () => import('@/features/registries/RegistriesPage.vue'),
    meta: { page: 'Registries' }
  },
  // Docker Hub lists nothing as a registry, but has pages of its own.
  {
    path: '/registries/docker.io',
    component: () => import('@/features/registries/hub/HubPage.vue'),
    meta: { page: 'Registries' }
  },
  {
    path: '/registries/docker.io/:repository',
    component: () => import('@/features/registries/hub/HubRepositoryPage.vue'),
    props: true,
    meta: { page: 'Registries' }
  },
  {
    path: '/registries/:host',
    component: () => import('@/features/registries/RegistryPage.vue'),
    props: true,
    meta: { page: 'Registries' }
  },
  {
    path: '/registries/:host/:repository',
    component: () => import('@/features/registries/RepositoryPage.vue'),
    props: true,
    meta: { page: 'Registries' }
  },
  {
    path: '/registries/:host/:repository/:reference',
    component: () => import('@/features/registries/TagPage.vue'),
    props: true,
    meta: { page: 'Registries' }
  },
  {
    path: '/settings',
    component: () => import('@/features/settings/SettingsPage.vue'),
    meta: { page: 'Settings' }
  },
  { path: '/:unknown(.*)*', redirect: '/' }
]

/** Of a query what is one text. */
function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

export function makeRouter(history: RouterHistory = createWebHashHistory()): Router {
  return createRouter({ history, routes: ROUTES })
}
