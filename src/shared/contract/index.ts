/** The whole contract between main and the page: the allow-list of everything that can be asked. */
import { app } from './app'
import { buildCache } from './build-cache'
import { buildHistory } from './build-history'
import { builders } from './builders'
import { builds } from './builds'
import { containers } from './containers'
import { disk } from './disk'
import { dockerfiles } from './dockerfiles'
import type { Api as ApiOf } from './dsl'
import { engine } from './engine'
import { exec } from './exec'
import { files } from './files'
import { hub } from './hub'
import { imageFiles } from './image-files'
import { images } from './images'
import { logins } from './logins'
import { logs } from './logs'
import { packages } from './packages'
import { processes } from './processes'
import { registries } from './registries'
import { repositories } from './repositories'
import { settings } from './settings'
import { system } from './system'
import { tasks } from './tasks'
import { trust } from './trust'

export const contract = {
  app,
  buildCache,
  buildHistory,
  builders,
  builds,
  containers,
  disk,
  dockerfiles,
  engine,
  exec,
  files,
  hub,
  imageFiles,
  images,
  logins,
  logs,
  packages,
  processes,
  registries,
  repositories,
  settings,
  system,
  tasks,
  trust
}

export type QuaysideContract = typeof contract
export type Api = ApiOf<QuaysideContract>
