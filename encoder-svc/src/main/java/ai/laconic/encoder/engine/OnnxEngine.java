package ai.laconic.encoder.engine;

import ai.laconic.runtime.session.LatentEncoder;
import java.util.List;

/** Encodes in this process. */
record OnnxEngine(LatentEncoder encoder) implements EncoderEngine {
  @Override
  public List<float[]> encode(List<int[]> windows) {
    return encoder.encode(windows);
  }

  @Override
  public boolean ready() {
    return true;
  }

  @Override
  public void close() {
    encoder.close();
  }
}
