/** One message of the ToastRegion. */
export interface Toast {
  readonly id: number
  readonly tone: 'error' | 'success'
  readonly message: string
  readonly hint?: string | undefined
  /** What "Copy details" copies; absent when there is nothing more to say. */
  readonly details?: string | undefined
}
