/** All that the engine's objects hold, each byte once: layers, writable layers, logs, volumes, and build cache beside them. Pure. */
import type { DiskReport } from '../contract/disk'

export function heldBytes(report: DiskReport): number {
  const logs = report.containers.reduce((sum, { logBytes }) => sum + (logBytes ?? 0), 0)
  return report.totals.reduce((sum, { sizeBytes }) => sum + sizeBytes, logs)
}
