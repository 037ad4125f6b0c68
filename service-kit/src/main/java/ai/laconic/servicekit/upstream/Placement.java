package ai.laconic.servicekit.upstream;

import io.grpc.CallOptions;
import io.grpc.stub.AbstractStub;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What a caller may say about which replica of an upstream takes its calls. */
public final class Placement {
  static final CallOptions.Key<@Nullable Affinity> AFFINITY =
      CallOptions.Key.create("laconic-affinity");

  /** Addresses of the replicas that the tries of one piece of work went to. */
  static final CallOptions.Key<@Nullable Set<String>> TRIED =
      CallOptions.Key.create("laconic-replicas-tried");

  private Placement() {}

  /**
   * Returns a stub whose calls go to the same replica as all calls with an affinity of this key,
   * from any process, as long as that replica is well and isn't loaded more than the others.
   */
  public static <S extends AbstractStub<S>> S near(S stub, Affinity affinity) {
    return stub.withOption(AFFINITY, affinity);
  }

  /**
   * Returns a stub for one piece of work, whose calls are tries of it: a replica that was tried
   * comes after those that weren't.
   */
  public static <S extends AbstractStub<S>> S tries(S stub) {
    return stub.withOption(TRIED, ConcurrentHashMap.newKeySet());
  }

  /** Returns options of a call whose attempts know of each other. */
  static CallOptions remembering(CallOptions options) {
    return options.getOption(TRIED) == null
        ? options.withOption(TRIED, ConcurrentHashMap.newKeySet())
        : options;
  }
}
