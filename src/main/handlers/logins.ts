/** Logging in and out, for the page: typed, in a browser, or by the command of a cloud. Thin: the work is in registries/ and platform/. */
import { AppError, attempted } from '@shared/errors'
import { checkLogin, type RegistryLogin } from '../docker/registry-login'
import type { Handlers } from '../ipc/handler'
import type { CloudLogin } from '../platform/cloud-cli'
import { CliConfig } from '../registries/cli-config'
import { deviceLogin } from '../registries/device-flow'
import type { HubAddress } from '../registries/hub-address'
import { HUB, loginPlace, type Finder } from '../registries/login-place'
import { assertKeepable, keepLogin, type StoreInHelper } from '../registries/login-store'
import type { OwnLogins } from '../registries/own-logins'
import { isKeyOf } from '../registries/registry-key'
import { forgetLogin, type Helpers } from '../registries/stored-logins'
import type { EngineSession } from '../resources/session'
import { registry } from './registry-name'

export interface LoginsHandlerDeps {
  readonly session: EngineSession
  readonly helpers: Helpers
  /** Where the docker command keeps its config.json. */
  readonly cliConfigDir: string
  readonly finder: Finder
  readonly storeInHelper: StoreInHelper
  readonly own: OwnLogins
}

/** What the calls of `registries` and of `logins` share. */
class Keeping {
  readonly #deps: LoginsHandlerDeps

  constructor(deps: LoginsHandlerDeps) {
    this.#deps = deps
  }

  async place(server: string) {
    const { cliConfigDir, finder } = this.#deps
    return await loginPlace(new CliConfig(cliConfigDir), server, finder)
  }

  /** Before anything is asked: nobody should log in for nothing. */
  async assertKeepable(server: string, plain: boolean): Promise<void> {
    assertKeepable(await this.place(server), plain)
  }

  /** Has the registry take it, by the engine as `docker login` does, and keeps it. */
  async checked(login: RegistryLogin, plain: boolean, signal: AbortSignal): Promise<void> {
    const identityToken = await checkLogin(await this.#deps.session.client(), login, signal)
    await this.keep({ login, identityToken, plain }, signal)
  }

  async keep(kept: Parameters<typeof keepLogin>[2], signal: AbortSignal): Promise<void> {
    const { cliConfigDir, finder, storeInHelper: inHelper, own } = this.#deps
    // Read anew: the registry may have taken its time.
    const config = new CliConfig(cliConfigDir)
    const place = await loginPlace(config, kept.login.server, finder)
    await keepLogin(place, config, kept, { inHelper, own }, signal)
  }
}

/** The part of `registries` that is about logins. */
export function typedLoginHandlers(deps: LoginsHandlerDeps) {
  const { cliConfigDir, helpers, own } = deps
  const keeping = new Keeping(deps)
  return {
    async logOut({ host }, { signal }) {
      try {
        await forgetLogin(host, new CliConfig(cliConfigDir), helpers, signal)
        own.forget(isKeyOf(host))
      } catch (error) {
        throw attempted(`Could not log out of ${host}`, error)
      }
      return { host }
    },
    async loginPlace({ host }) {
      return await keeping.place(registry(host).server)
    },
    async logIn({ host: typed, username, secret, plain }, { signal }) {
      const { host, server } = registry(typed)
      await keeping.assertKeepable(server, plain)
      try {
        await keeping.checked({ server, username, secret }, plain, signal)
      } catch (error) {
        throw attempted(`Could not log in to ${host}`, error)
      }
      return { host }
    }
  } satisfies Partial<Handlers['registries']>
}

export interface MadeLogins {
  readonly hub: HubAddress
  readonly openExternal: (address: string) => Promise<void>
  readonly cloudProgram: (host: string) => Promise<{ program: string; installed: boolean } | null>
  readonly cloudLogin: (host: string, signal: AbortSignal) => Promise<CloudLogin>
}

export function loginsHandlers(deps: LoginsHandlerDeps, { hub, openExternal, ...cloud }: MadeLogins) {
  const keeping = new Keeping(deps)
  /** Of the login that is on its way: the dialog is one for the window. */
  let page: string | null = null
  return {
    async *withBrowser({ plain }, { signal }) {
      try {
        await keeping.assertKeepable(HUB, plain)
        const flow = deviceLogin(hub, signal)
        let step = await flow.next()
        while (step.done !== true) {
          const { code, address, expiresAt } = step.value
          page = step.value.page
          yield { state: 'waiting', code, address, expiresAt }
          step = await flow.next()
        }
        const { username, secret } = step.value
        // Not asked of the registry again, which has just made it.
        await keeping.keep({ login: { server: HUB, username, secret }, identityToken: null, plain }, signal)
        yield { state: 'done', username }
      } catch (error) {
        throw attempted('Could not log in to docker.io', error)
      } finally {
        page = null
      }
    },
    async openBrowser() {
      if (page === null) {
        throw new AppError('Conflict', 'No login in a browser is on its way.', { hint: 'Start it again.' })
      }
      await openExternal(page)
    },
    cloudProgram: async ({ host }) => await cloud.cloudProgram(registry(host).host),
    async withCloud({ host: typed, plain }, { signal }) {
      const { host, server } = registry(typed)
      await keeping.assertKeepable(server, plain)
      try {
        await keeping.checked({ server, ...(await cloud.cloudLogin(host, signal)) }, plain, signal)
      } catch (error) {
        throw attempted(`Could not log in to ${host}`, error)
      }
      return { host }
    }
  } satisfies Handlers['logins']
}
