/** Tables that few runs need, or that need others first: made when they are asked for. */

/** A function that makes its result once. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
