/**
 * The composition root: constructs the parts, wires them to one another, starts and stops them. No logic of its own.
 * Loaded by index.ts once the window is on its way.
 */
import type { BrowserWindow } from 'electron'
import { Settings } from '@shared/contract/settings'
import { makeBuilding } from './build-wiring'
import { Dockerfiles } from './dockerfiles/service'
import { createEngineSupervisor } from './engine/supervisor'
import type { Router } from './ipc/router'
import { bundleDir } from './places'
import type { Logger } from './platform/logger'
import { Mailbox } from './platform/mailbox'
import type { Paths } from './platform/paths'
import { openSettings } from './platform/settings'
import { makeLogins } from './registry-wiring'
import { EngineSession } from './resources/session'
import { agreeToEdit, agreeToLose, chooseForBuild } from './shell/build-dialogs'
import { installMenu } from './shell/menu'
import { startScanThread } from './logs/scan-thread'
import { LogService } from './logs/service'
import { Endings } from './stopped/endings'
import { TaskRegistry } from './tasks/registry'
import { TerminalRegistry } from './terminals/registry'
import { makeRouter, type Parts } from './make-router'
import { connectSession, followTheme, notifyOfContainers, takePictureOnce } from './wiring'

export interface Application {
  /** Answers the page. */
  readonly router: Router
  /** Asks where something would be lost. */
  readonly mayQuit: () => boolean
  /** Ends everything that has to end before the process may; its failures are logged. */
  shutDown(): Promise<void>
}

export function start(base: {
  readonly paths: Paths
  readonly resources: string
  readonly log: Logger
  readonly window: BrowserWindow
}): Application {
  const { paths, resources, log, window } = base
  installMenu(process.platform)
  const settings = openSettings(paths.settingsFile, Settings, log)
  followTheme(settings, window)
  const supervisor = createEngineSupervisor({
    paths,
    settings,
    log,
    env: process.env,
    bundleDir: bundleDir()
  })
  const session = new EngineSession({
    log: { warn: (message, { kind }) => log.warn(message, { area: 'session', kind: String(kind) }) }
  })
  const tasks = new TaskRegistry()
  const logins = makeLogins(paths)
  const building = makeBuilding({ paths, supervisor, session, tasks, credentials: logins.credentials })
  const logs = new LogService({ session, startScan: startScanThread, others: building.builds })
  const dockerfiles = new Dockerfiles({ chooseFile: () => chooseForBuild('dockerfile'), agree: agreeToEdit })
  const terminals = new TerminalRegistry(() => session.client())
  const told = { endings: new Endings(), navigations: new Mailbox<string>() }
  const parts = {
    paths,
    resources,
    log,
    settings,
    supervisor,
    session,
    tasks,
    logins,
    ...building,
    dockerfiles,
    logs,
    terminals,
    ...told
  }

  connectSession(supervisor, session, log)
  notifyOfContainers({ ...parts, window })
  const picture = process.env['QUAYSIDE_SCREENSHOT']
  if (picture !== undefined) takePictureOnce(supervisor, window, picture, log)
  return { router: makeRouter(parts), mayQuit: () => mayQuit(parts), shutDown: () => shutDown(parts) }
}

function mayQuit({ dockerfiles }: Parts): boolean {
  return dockerfiles.unsaved === null || agreeToLose(dockerfiles.unsaved)
}

async function shutDown({ tasks, builds, logs, terminals, supervisor, session, log }: Parts): Promise<void> {
  tasks.cancelAll()
  await builds.dispose()
  logs.dispose()
  await terminals.closeAll()
  await supervisor.dispose().catch((thrown: unknown) => {
    log.error('the engine could not be stopped', { area: 'app' }, thrown)
  })
  session.disconnect()
}
