package ai.laconic.benchmarks.bare;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.session.Device;
import ai.laconic.runtime.session.LatentEncoder;
import java.util.List;

/** A loop over the encoder's graph. */
public final class BareEncoder implements AutoCloseable {
  private final LatentEncoder encoder;

  private BareEncoder(LatentEncoder encoder) {
    this.encoder = encoder;
  }

  /** Loads an encoder; a run uses all processors. */
  public static BareEncoder open(ModelDirectory model) {
    int threads = Runtime.getRuntime().availableProcessors();
    return new BareEncoder(LatentEncoder.open(model, Device.CPU, threads));
  }

  /** Encodes windows one by one: none is filled up to the length of another. */
  public void encode(List<int[]> windows) {
    for (int[] window : windows) {
      encoder.encode(List.of(window));
    }
  }

  @Override
  public void close() {
    encoder.close();
  }
}
