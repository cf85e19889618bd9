/** What the bundler understands besides TypeScript and Vue files. */
declare module '*.css' {}
