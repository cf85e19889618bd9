/** Starts the page: stores, router, the way to the clipboard, and the last stop of every error nobody caught. */
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { api } from '@/api'
import { copyTextKey } from '@/composables/use-copy'
import { useToastsStore } from '@/stores/toasts'
import App from './App.vue'
import { makeRouter } from './router'
import './tokens.css'
import './base.css'

const app = createApp(App)
app.use(createPinia())
app.use(makeRouter())

const toasts = useToastsStore()

app.provide(copyTextKey, async (text) => {
  try {
    await api.app.copyText({ text })
  } catch (thrown) {
    toasts.showError(thrown)
    throw thrown
  }
})

app.config.errorHandler = (thrown) => {
  console.error(thrown)
  toasts.showError(thrown)
}
window.addEventListener('unhandledrejection', (event) => {
  toasts.showError(event.reason)
})

app.mount('#app')
