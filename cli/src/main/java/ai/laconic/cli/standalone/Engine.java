package ai.laconic.cli.standalone;

/** What runs the encoders and decoders of a system in one process. */
public enum Engine {
  /** ONNX Runtime, in this process. */
  ONNX,
  /** A Triton server on this machine, as in production. */
  TRITON
}
