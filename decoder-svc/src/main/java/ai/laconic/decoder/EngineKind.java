package ai.laconic.decoder;

/** Which engine decodes. */
public enum EngineKind {
  /** ONNX Runtime, inside this process. */
  ONNX,
  /** A Triton Inference Server. */
  TRITON
}
