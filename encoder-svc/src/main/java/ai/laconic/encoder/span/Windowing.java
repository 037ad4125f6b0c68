package ai.laconic.encoder.span;

/** How a span is cut into windows. */
public enum Windowing {
  /** At boundaries of the content, so that an edit re-encodes only the windows that it touches. */
  CONTENT_DEFINED,
  /** Every W tokens: the grid of the reference implementation. */
  FIXED
}
