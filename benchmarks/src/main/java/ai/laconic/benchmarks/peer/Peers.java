package ai.laconic.benchmarks.peer;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Starts the peers that a user asked for, and says which of them are left out and why. */
public final class Peers {
  private final Set<PeerKind> wanted;
  private final Path scripts;
  private final Path cache;
  private final Consumer<String> announce;
  private final Consumer<String> leftOut;
  private final Map<String, String> versions = new LinkedHashMap<>();

  private record Ready(String version) {}

  /**
   * @param scripts folder of the Python package with the peers' scripts
   * @param cache where peers are installed
   * @param announce told before what takes a while
   * @param leftOut told one sentence for each that can't run
   */
  public Peers(
      Set<PeerKind> wanted,
      Path scripts,
      Path cache,
      Consumer<String> announce,
      Consumer<String> leftOut) {
    this.wanted = Set.copyOf(wanted);
    this.scripts = scripts;
    this.cache = cache;
    this.announce = announce;
    this.leftOut = leftOut;
  }

  /** Returns the versions of the peers that ran. */
  public Map<String, String> versions() {
    return Map.copyOf(versions);
  }

  /** Returns the peers that can do a task, each once for every type of numbers. */
  public PeerSet open(PeerTask task) {
    List<Peer> opened = new ArrayList<>();
    for (PeerKind kind : PeerKind.values()) {
      if (wanted.contains(kind) && (!task.encoding() || kind.encodes())) {
        open(kind, task, opened);
      }
    }
    return new PeerSet(opened);
  }

  private void open(PeerKind kind, PeerTask task, List<Peer> opened) {
    try {
      announce.accept("starting " + kind + " (a first time installs it)");
      PeerInstallation installation =
          PeerInstallation.in(cache, kind.toString(), scripts.resolve(kind.module()));
      for (String type : kind.types()) {
        Peer peer = start(kind, type, task, installation);
        opened.add(peer);
        versions.put(kind.toString(), peer.version());
      }
    } catch (PeerUnavailableException e) {
      leftOut.accept(kind + ": " + e.getMessage());
    }
  }

  private Peer start(PeerKind kind, String type, PeerTask task, PeerInstallation installation)
      throws PeerUnavailableException {
    List<String> command =
        List.of(
            installation.interpreter().toString(),
            "-m",
            scripts.getFileName() + "." + kind.module(),
            task.encoding() ? "encode" : "generate",
            "--model",
            task.part().toString(),
            "--dtype",
            type,
            "--slots",
            Integer.toString(task.slots()),
            "--positions",
            Integer.toString(task.positions()),
            "--threads",
            Integer.toString(Runtime.getRuntime().availableProcessors()),
            "--files",
            installation.home().toString());
    Map<String, String> environment =
        Map.of("PYTHONPATH", scripts.toAbsolutePath().resolveSibling("").toString());
    PeerProcess process =
        PeerProcess.start(command, environment, installation.home().resolve(type + ".log"));
    try {
      String name = kind.types().size() == 1 ? kind.toString() : kind + " " + type;
      return new Peer(name, process.next(Ready.class).version(), process);
    } catch (PeerUnavailableException e) {
      process.close();
      throw e;
    }
  }
}
