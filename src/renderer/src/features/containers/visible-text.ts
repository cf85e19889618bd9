/** Kept here for this folder's views; see components/visible-text.ts. */
export { visibleText } from '@/components/visible-text'
