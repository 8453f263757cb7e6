/** How deep lists and maps may be nested in what is kept of a body. JavaScript's own functions fail at a few thousand. */
export const MAX_DEPTH = 100;

/** How deep a body may be in all, fields included that nobody knows and that are dropped: what Go's JSON reads, and so Kubernetes. */
export const MAX_BODY_DEPTH = 10_000;
