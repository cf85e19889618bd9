/** Accessibility: what axe finds on the page as it is. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

/** Serious and critical findings as `rule: selector`, so that a failure says what and where. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Electron has no Target.createTarget, which the other mode needs.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`))
}
