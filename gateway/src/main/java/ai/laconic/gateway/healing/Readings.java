package ai.laconic.gateway.healing;

import ai.laconic.v1.LatentRef;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;
import java.util.Optional;

/**
 * What is read in place of stored latents, so that the next question needn't encode it again.
 * Latent IDs stand for the text, the model and the sharing domain, so an entry is true for whoever
 * has the same latents, and never becomes false.
 */
final class Readings {
  private record Key(List<LatentRef> stored, String fingerprint) {}

  private final Cache<Key, List<LatentRef>> readings;

  /**
   * @param most latent IDs that are remembered in all
   */
  Readings(long most) {
    this.readings =
        Caffeine.newBuilder()
            .maximumWeight(most)
            .weigher((Key key, List<LatentRef> read) -> key.stored().size() + read.size())
            .build();
  }

  /**
   * @param fingerprint of the model that reads
   */
  Optional<List<LatentRef>> find(List<LatentRef> stored, String fingerprint) {
    return readings.estimatedSize() == 0
        ? Optional.empty()
        : Optional.ofNullable(readings.getIfPresent(new Key(stored, fingerprint)));
  }

  void remember(List<LatentRef> stored, String fingerprint, List<LatentRef> read) {
    readings.put(new Key(List.copyOf(stored), fingerprint), List.copyOf(read));
  }
}
