package ai.laconic.runtime.quantise;

import java.nio.file.Path;
import java.util.List;

/**
 * What was written.
 *
 * @param path the new directory
 * @param parts encoder, decoder and adapter
 */
public record QuantisedModel(Path path, List<Part> parts) {
  public QuantisedModel {
    parts = List.copyOf(parts);
  }

  /**
   * One part.
   *
   * @param name its folder
   * @param precision of its linear layers
   * @param bytesBefore size of its weights in the model that was read
   * @param bytesAfter size of its weights now
   */
  public record Part(String name, Precision precision, long bytesBefore, long bytesAfter) {}
}
