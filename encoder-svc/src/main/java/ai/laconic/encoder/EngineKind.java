package ai.laconic.encoder;

/** Which engine encodes. */
enum EngineKind {
  /** ONNX Runtime, inside this process. */
  ONNX,
  /** A Triton Inference Server. */
  TRITON
}
