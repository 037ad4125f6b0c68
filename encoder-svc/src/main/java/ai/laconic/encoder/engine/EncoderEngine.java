package ai.laconic.encoder.engine;

import ai.laconic.encoder.batch.WindowEncoder;

/** Computes latents, once it is ready and until it is closed. */
public interface EncoderEngine extends WindowEncoder, AutoCloseable {
  /** Returns whether it could encode now. Answers within a second and never throws. */
  boolean ready();

  @Override
  void close();
}
