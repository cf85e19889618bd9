import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

// The oldest runtime the app starts on (scripts/electron-runtime.mjs): newer syntax is never emitted.
const NODE_TARGET = 'node20.18'
const CHROME_TARGET = 'chrome130'
const alias = {
  '@shared': resolve(import.meta.dirname, 'src/shared'),
  '@main': resolve(import.meta.dirname, 'src/main')
}

export default defineConfig({
  main: {
    resolve: { alias },
    build: { target: NODE_TARGET, sourcemap: true }
  },
  preload: {
    resolve: { alias },
    build: {
      target: NODE_TARGET,
      // A sandboxed preload cannot be an ES module and cannot require files: one CommonJS file, nothing external.
      externalizeDeps: false,
      rolldownOptions: { output: { format: 'cjs', entryFileNames: '[name].cjs' } }
    }
  },
  renderer: {
    resolve: { alias: { ...alias, '@': resolve(import.meta.dirname, 'src/renderer/src') } },
    build: { target: CHROME_TARGET, minify: true, modulePreload: { polyfill: false } },
    plugins: [vue()]
  }
})
