/** What is wrong with one field of a form; made by the validators of this folder, shown beside the field. */
export interface FieldError<F extends string = string> {
  readonly field: F
  /** Which line of a list field, from 0; absent for a single field. */
  readonly index?: number
  /** One sentence. */
  readonly message: string
  /** A value that would be accepted, when one is obvious. */
  readonly suggestion?: string
}
