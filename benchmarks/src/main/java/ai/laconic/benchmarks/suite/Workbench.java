package ai.laconic.benchmarks.suite;

import ai.laconic.benchmarks.peer.Peers;
import ai.laconic.benchmarks.served.ServedSystem;
import ai.laconic.benchmarks.served.SystemPlan;
import ai.laconic.benchmarks.served.SystemStarter;
import ai.laconic.benchmarks.text.SourceTexts;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What suites work with.
 *
 * @param models by ratio, the lowest first
 * @param redis a Redis that may be written to; one is started if none is named
 * @param rounds that are recorded of each measurement
 * @param announce told what is measured next
 * @param notes told what a reader of the figures has to know
 */
public record Workbench(
    SystemStarter systems,
    List<ModelDirectory> models,
    SourceTexts texts,
    Peers peers,
    Optional<String> redis,
    Sizes sizes,
    int rounds,
    Consumer<String> announce,
    Consumer<String> notes) {
  public Workbench {
    models = models.stream().sorted(Comparator.comparing(model -> model.ratio().value())).toList();
    if (rounds < 1) {
      throw new IllegalArgumentException("--rounds: " + rounds + " (expected: 1 or more)");
    }
  }

  /** Returns the model with the lowest ratio. */
  ModelDirectory first() {
    return models.get(0);
  }

  /** Returns the directories of all models. */
  List<Path> paths() {
    return models.stream().map(ModelDirectory::path).toList();
  }

  /** Returns {@code positions}, or the fewest that some decoder was made for. */
  int atMost(int positions) {
    return models.stream()
        .mapToInt(model -> model.decoder().maxPositions())
        .reduce(positions, Math::min);
  }

  /** Starts a system that serves the first model alone. */
  ServedSystem serveFirst(int slots, int positions)
      throws IOException, InterruptedException, ModelDirectoryException {
    return systems.start(SystemPlan.of(List.of(first().path()), slots, atMost(positions)));
  }
}
