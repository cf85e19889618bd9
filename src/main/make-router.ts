/** The handlers of the whole contract, each given the parts it needs. Part of the composition root: used by main/application.ts only. */
import { join } from 'node:path'
import { app, BrowserWindow, clipboard, shell } from 'electron'
import { contract } from '@shared/contract'
import type { Settings } from '@shared/contract/settings'
import { buildingHandlers, type Building } from './build-wiring'
import { DiskService } from './disk/service'
import type { Dockerfiles } from './dockerfiles/service'
import type { EngineSupervisor } from './engine/supervisor'
import { appHandlers } from './handlers/app'
import { containersHandlers } from './handlers/containers'
import { diskHandlers } from './handlers/disk'
import { engineHandlers } from './handlers/engine'
import { execHandlers } from './handlers/exec'
import { filesHandlers } from './handlers/files'
import { imageFilesHandlers } from './handlers/image-files'
import { imagesHandlers } from './handlers/images'
import { logsHandlers } from './handlers/logs'
import { packagesHandlers } from './handlers/packages'
import { processesHandlers } from './handlers/processes'
import { settingsHandlers } from './handlers/settings'
import { systemHandlers } from './handlers/system'
import { tasksHandlers } from './handlers/tasks'
import { startBrowseThread } from './images/browse-thread'
import { makeImageFiles } from './images/service'
import { Router } from './ipc/router'
import type { LogService } from './logs/service'
import { cliConfigDir } from './places'
import type { Logger } from './platform/logger'
import type { Mailbox } from './platform/mailbox'
import type { Paths } from './platform/paths'
import type { SettingsStore } from './platform/settings'
import { registryHandlers, type Logins } from './registry-wiring'
import type { EngineSession } from './resources/session'
import {
  chooseArchive,
  chooseExportFile,
  chooseFiles,
  chooseImageSource,
  chooseTarget,
  chooseTargetFolder
} from './shell/dialogs'
import { notificationsSupported } from './shell/notifications'
import { openExternal } from './shell/open-external'
import { StatsRecorder } from './stats/recorder'
import type { Endings } from './stopped/endings'
import type { TaskRegistry } from './tasks/registry'
import type { TerminalRegistry } from './terminals/registry'

/** What handlers are made of. */
export interface Parts extends Building {
  readonly paths: Paths
  /** The folder of what ships beside the app: icons, the sample, the engine. */
  readonly resources: string
  readonly log: Logger
  readonly settings: SettingsStore<Settings>
  readonly supervisor: EngineSupervisor
  readonly session: EngineSession
  readonly tasks: TaskRegistry
  readonly logins: Logins
  readonly dockerfiles: Dockerfiles
  readonly logs: LogService
  readonly terminals: TerminalRegistry
  readonly endings: Endings
  /** Where the page is to go. */
  readonly navigations: Mailbox<string>
}

export function makeRouter(parts: Parts): Router {
  const { paths, log, settings, supervisor, session, tasks, logs, terminals } = parts
  const { endings, navigations } = parts
  const stats = new StatsRecorder(session)
  const dataRoot = () => (supervisor.status.source === 'bundled' ? paths.engineDataDir : null)
  const handlers = {
    app: desktopHandlers([session, stats], navigations),
    ...buildingHandlers(parts),
    containers: containersHandlers({
      session,
      tasks,
      stats,
      endings,
      credentials: parts.logins.credentials,
      openExternal
    }),
    disk: diskHandlers({ disk: new DiskService({ client: () => session.client(), dataRoot }), tasks }),
    engine: engineHandlers({ supervisor, reveal: (path) => shell.showItemInFolder(path) }),
    exec: execHandlers({ session, terminals, openExternal }),
    files: filesHandlers({ session, tasks, dialogs: { chooseFiles, chooseTarget, chooseTargetFolder } }),
    ...imageHandlers(parts),
    logs: logsHandlers({
      logs,
      tasks,
      openExternal,
      writeClipboard: (text) => clipboard.writeText(text),
      chooseFile: chooseExportFile
    }),
    processes: processesHandlers({ session, enginePid: () => supervisor.engineProcess?.pid ?? null }),
    ...registryHandlers(parts),
    settings: settingsHandlers(settings),
    system: systemHandlers({
      session,
      usage: { dataRoot, engineProcess: () => supervisor.engineProcess },
      cliConfigDir: cliConfigDir()
    }),
    tasks: tasksHandlers({ tasks })
  }
  return new Router({ contract, handlers, log, checkResults: !app.isPackaged, now: () => performance.now() })
}

/** Images as objects, as files, and as what is installed in them. */
function imageHandlers({ paths, resources, session, tasks, logins }: Parts) {
  const images = makeImageFiles(() => startBrowseThread(paths.imageIndexDir), session)
  return {
    imageFiles: imageFilesHandlers({
      images,
      session,
      tasks,
      chooseSource: chooseImageSource,
      chooseTarget,
      chooseTargetFolder
    }),
    images: imagesHandlers({
      session,
      tasks,
      chooseArchive,
      chooseTarget,
      sampleArchive: join(resources, 'sample', 'quayside-sample.tar'),
      credentials: logins.credentials
    }),
    packages: packagesHandlers({ browser: images.browser, tasks, chooseTarget, version: app.getVersion() })
  }
}

/** `watching`: what reads the engine for a page, and does less while none can be seen. */
function desktopHandlers(watching: readonly { wake(): void; rest(): void }[], navigations: Mailbox<string>) {
  return appHandlers({
    onVisible: (visible) => {
      for (const part of watching) part[visible ? 'wake' : 'rest']()
    },
    writeClipboard: (text) => clipboard.writeText(text),
    notificationsSupported,
    navigations: (signal) => navigations.take(signal),
    paste: () => BrowserWindow.getAllWindows()[0]?.webContents.paste(),
    versions: {
      quayside: app.getVersion(),
      electron: process.versions.electron,
      platform: `${process.platform} ${process.arch}`
    }
  })
}
