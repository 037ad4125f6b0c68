package ai.laconic.encoder.span;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.window.Window;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Windows of a span that are encoded and stored together, in order. */
record Chunk(List<Map.Entry<LatentId, Window>> windows) {
  Chunk {
    windows = List.copyOf(windows);
  }

  boolean isEmpty() {
    return windows.isEmpty();
  }

  List<LatentId> ids() {
    return windows.stream().map(Map.Entry::getKey).toList();
  }

  long tokens() {
    return windows.stream().mapToLong(window -> window.getValue().length()).sum();
  }

  Chunk only(Predicate<LatentId> some) {
    return new Chunk(windows.stream().filter(window -> some.test(window.getKey())).toList());
  }
}
