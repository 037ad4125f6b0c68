package ai.laconic.benchmarks;

import ai.laconic.benchmarks.peer.PeerKind;
import ai.laconic.benchmarks.suite.Sizes;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How suites are run.
 *
 * @param models checkpoint directories
 * @param source a text that prompts are made of
 * @param rounds that are recorded of each measurement
 * @param seed chooses the texts
 * @param smoke whether it is only tried whether everything works
 * @param peers other engines that take part
 * @param peerScripts folder of their scripts
 * @param peerCache folder that they are installed in
 * @param redis a Redis that may be written to
 */
public record BenchmarkPlan(
    List<Path> models,
    String source,
    Sizes sizes,
    int rounds,
    long seed,
    boolean smoke,
    Set<PeerKind> peers,
    Path peerScripts,
    Path peerCache,
    Optional<String> redis) {
  public BenchmarkPlan {
    models = List.copyOf(models);
    peers = Set.copyOf(peers);
    if (rounds < 1) {
      throw new IllegalArgumentException("--rounds: " + rounds + " (expected: 1 or more)");
    }
  }
}
