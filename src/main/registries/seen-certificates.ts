/** The certificate that each registry showed last and that was accepted, for as long as the app runs: so that another one is noticed. */
export class SeenCertificates {
  readonly #last = new Map<string, string>()

  /** @param host with the port, as addresses have it. @param fingerprint SHA-256. */
  note(host: string, fingerprint: string): void {
    this.#last.set(host, fingerprint)
  }

  last(host: string): string | null {
    return this.#last.get(host) ?? null
  }
}
