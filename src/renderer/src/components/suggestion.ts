/** What a text field offers: the value that is taken over, and words about it. Used by BaseTextField and those that fill it. */
export interface TextSuggestion {
  readonly value: string
  readonly label: string
}
