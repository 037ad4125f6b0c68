package ai.laconic.benchmarks.peer;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** An engine that runs in a process of its own and takes one request at a time. */
public final class Peer implements AutoCloseable {
  private final String name;
  private final String version;
  private final PeerProcess process;

  Peer(String name, String version, PeerProcess process) {
    this.name = name;
    this.version = version;
    this.process = process;
  }

  /** Returns its name and the type of its numbers. */
  public String name() {
    return name;
  }

  /** Returns the version of the engine. */
  public String version() {
    return version;
  }

  /** Has all prompts answered at once, each with exactly {@code newTokens}. */
  public PeerTimes generate(List<int[]> prompts, int newTokens) throws PeerUnavailableException {
    return process.ask(Map.of("prompts", lists(prompts), "new_tokens", newTokens), PeerTimes.class);
  }

  /** Has windows encoded. */
  public PeerTimes encode(List<int[]> windows) throws PeerUnavailableException {
    return process.ask(Map.of("windows", lists(windows)), PeerTimes.class);
  }

  private static List<List<Integer>> lists(List<int[]> ids) {
    return ids.stream().map(each -> Arrays.stream(each).boxed().toList()).toList();
  }

  @Override
  public void close() {
    process.close();
  }
}
