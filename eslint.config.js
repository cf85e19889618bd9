// The rules that keep the layers apart and the code even. Each ban says why; docs/architecture.md draws the picture.
import js from '@eslint/js'
import { defineConfigWithVueTs, vueTsConfigs } from '@vue/eslint-config-typescript'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import { globalIgnores } from 'eslint/config'

/** @param {string} message @param {string[]} group */
const ban = (message, group) => ({ group, message })

const noElectron = ban(
  'Electron stays in main/ipc, main/shell, main/index and preload: the rest is plain Node and tests without it.',
  ['electron', 'electron/*']
)
const noDockerode = ban('Only main/docker speaks to the Engine API.', ['dockerode', 'docker-modem'])
const noChildProcess = ban('Processes are started by main/engine and main/platform only.', [
  'child_process',
  'node:child_process'
])

/** @param {string[]} files @param {{ group: string[], message: string }[]} patterns */
const layer = (files, patterns) => ({ files, rules: { 'no-restricted-imports': ['error', { patterns }] } })

const setInterval = {
  selector: "CallExpression[callee.name='setInterval']",
  message: 'Timers that repeat cost wake-ups: use the shared useNow tick, or an abortable loop.'
}
const defaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only: one name everywhere.'
}
const html = {
  selector: 'MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]',
  message: 'Text of engines and registries is never markup.'
}
const openExternal = {
  selector: "MemberExpression[object.name='shell'][property.name='openExternal']",
  message: 'Links leave the app through main/shell/open-external.ts only.'
}

export default defineConfigWithVueTs(
  globalIgnores(['out', 'dist', 'node_modules', 'resources/engine', 'coverage', 'test-results']),
  js.configs.recommended,
  vue.configs['flat/recommended'],
  vueTsConfigs.strictTypeChecked,
  {
    rules: {
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true }
      ],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/dot-notation': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/no-v-html': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': ['error', setInterval, defaultExport, html, openExternal],
      eqeqeq: 'error'
    }
  },
  {
    files: ['**/*.test.ts', 'tests/**', 'e2e/**', 'bench/**'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-non-null-assertion': 'off' }
  },
  {
    // The browser is replaced in the real window's tests: no browser is on a build machine.
    files: ['e2e/**'],
    rules: { 'no-restricted-syntax': ['error', setInterval, defaultExport, html] }
  },
  {
    // What a tool loads by its default export, and the two places a rule is about.
    files: ['*.config.{ts,js}', '**/*.vue', 'scripts/**'],
    rules: { 'no-restricted-syntax': ['error', setInterval, html, openExternal] }
  },
  {
    files: ['src/renderer/src/composables/use-now.ts', 'src/renderer/src/composables/useNow.ts'],
    rules: { 'no-restricted-syntax': ['error', defaultExport, html, openExternal] }
  },
  {
    files: ['src/main/shell/open-external.ts'],
    rules: { 'no-restricted-syntax': ['error', setInterval, defaultExport, html] }
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        URL: 'readonly',
        AbortSignal: 'readonly',
        AbortController: 'readonly',
        fetch: 'readonly'
      }
    }
  },
  layer(
    ['src/shared/**'],
    [
      noElectron,
      noDockerode,
      ban('shared is pure: no Node, no other layer.', [
        'node:*',
        '@main/*',
        '@/*',
        '**/main/**',
        '**/renderer/**',
        'vue',
        'pinia'
      ])
    ]
  ),
  layer(
    ['src/main/platform/**'],
    [
      noElectron,
      noDockerode,
      ban('platform is the lowest layer of main.', [
        '@main/{docker,resources,engine,handlers,ipc,shell,tasks,logs,terminals,files,images,stopped,stats,registries,builds,dockerfiles}/*',
        '**/renderer/**'
      ])
    ]
  ),
  layer(
    ['src/main/engine/**'],
    [
      noElectron,
      noDockerode,
      ban('The engine is supervised without the Engine API client; main/application wires them.', [
        '@main/{docker,resources,handlers,ipc,shell,tasks}/*',
        '**/renderer/**'
      ])
    ]
  ),
  layer(
    ['src/main/docker/**'],
    [
      noElectron,
      noChildProcess,
      ban('docker knows the API and nothing above it.', [
        '@main/{resources,handlers,ipc,shell,tasks,logs,terminals,files,images,stopped,stats,registries,builds,dockerfiles}/*',
        '**/renderer/**'
      ])
    ]
  ),
  layer(
    ['src/main/{resources,tasks,logs,terminals,files,images,stopped,stats,registries,builds,dockerfiles}/**'],
    [
      noElectron,
      noDockerode,
      noChildProcess,
      ban('What follows the engine stands on docker only.', [
        '@main/{handlers,ipc,shell,engine}/*',
        '**/renderer/**'
      ])
    ]
  ),
  layer(
    ['src/main/handlers/**'],
    [
      noElectron,
      noDockerode,
      noChildProcess,
      ban('handlers are thin and know no transport; only its types.', [
        '@main/ipc/{electron,router,port,stream-pump}',
        '@main/shell/*',
        '**/renderer/**'
      ])
    ]
  ),
  layer(
    ['src/main/ipc/**', 'src/main/shell/**'],
    [
      noDockerode,
      noChildProcess,
      ban('The desktop knows neither engine nor API; main/application wires them.', [
        '@main/{docker,resources,handlers,engine,tasks}/*',
        '**/renderer/**'
      ])
    ]
  ),
  layer(
    ['src/preload/**'],
    [ban('Preload is a dumb pipe.', ['node:*', '@main/*', '@/*', 'zod', 'dockerode', 'vue'])]
  ),
  layer(
    ['src/renderer/**'],
    [
      noElectron,
      noDockerode,
      ban('The page reaches main through api only, and needs no Node.', [
        'node:*',
        '@main/*',
        '**/main/**',
        '**/preload/**',
        'zod'
      ])
    ]
  ),
  layer(
    ['src/renderer/src/components/**'],
    [
      noElectron,
      noDockerode,
      ban('Components are dumb: props in, emits out.', [
        'node:*',
        'zod',
        '@main/*',
        '@/{stores,api,features,app}/*',
        '@/api'
      ])
    ]
  ),
  layer(
    ['src/renderer/src/{stores,composables}/**'],
    [
      noElectron,
      noDockerode,
      ban('Stores and composables do not know who shows them.', [
        'node:*',
        'zod',
        '@main/*',
        '@/{features,app}/*'
      ])
    ]
  ),
  ...['containers', 'images', 'home', 'settings', 'palette', 'engine', 'registries'].map((feature) =>
    layer(
      [`src/renderer/src/features/${feature}/**`],
      [
        noElectron,
        noDockerode,
        ban('Features do not import one another: what they share is a component, a composable or a store.', [
          'node:*',
          'zod',
          '@main/*',
          '@/app/*',
          `@/features/!(${feature})/**`
        ])
      ]
    )
  ),
  prettier
)
