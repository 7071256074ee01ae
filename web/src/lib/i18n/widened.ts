/** The shape of a set of words, whatever they are: every literal becomes a string, every function keeps its parameters. */
export type Widened<T> = T extends (...args: infer A) => string
  ? (...args: A) => string
  : T extends string
    ? string
    : T extends object
      ? { readonly [K in keyof T]: Widened<T[K]> }
      : T;
