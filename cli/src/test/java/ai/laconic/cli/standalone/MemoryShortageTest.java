package ai.laconic.cli.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryShortageTest {
  private static Optional<String> explained(Throwable failure) throws ModelDirectoryException {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());
    StandaloneOptions options =
        new StandaloneOptions(
            List.of(model.path()),
            Engine.ONNX,
            new Storage.Memory(),
            "127.0.0.1",
            0,
            1000,
            3,
            Map.of());
    return MemoryShortage.explain(
            new IllegalStateException("bean", failure), List.of(model), options)
        .map(Throwable::getMessage);
  }

  @Test
  void saysWhatKeysAndValuesNeedAndWhichFlagsHelp() throws Exception {
    IOException refused = new IOException("Map failed", new OutOfMemoryError("Map failed"));

    assertThat(explained(refused).orElseThrow())
        .startsWith("memory: Map failed: 1 model: ")
        .contains(" 1 MiB of keys and values, 3 slots of 1,000 positions each")
        .endsWith("(expected: fewer --slots, --max-positions or models, or more memory)");
  }

  @Test
  void saysThatMoreHeapHelpsAHeapThatIsFull() throws Exception {
    assertThat(explained(new OutOfMemoryError("Java heap space")).orElseThrow())
        .startsWith("heap: ")
        .endsWith(" MiB is not enough for 1 model (expected: more, such as LACONIC_HEAP=2g)");
  }

  @Test
  void saysWhatBoundsDirectBuffers() throws Exception {
    assertThat(
            explained(new OutOfMemoryError("Cannot reserve 9 bytes of direct buffer memory"))
                .orElseThrow())
        .endsWith("or more LACONIC_HEAP)");
  }

  @Test
  void hasNothingToSayOfOtherFailures() throws Exception {
    assertThat(explained(new IllegalArgumentException("laconic.decoder.slots: many"))).isEmpty();
  }
}
