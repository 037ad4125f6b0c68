package ai.laconic.cacheclient.context;

import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Manifests that were read, by tenant, as many as some bytes hold. */
final class HeldManifests {
  /** About what a segment takes on the heap once its ID was read. */
  private static final int SEGMENT_BYTES = 256;

  /** A copy of what another process has removed must not stay for long. */
  private static final Duration IDLE = Duration.ofMinutes(10);

  private record Key(TenantId tenant, String contextId) {}

  private final Cache<Key, Context> manifests;

  HeldManifests(long bytes) {
    this.manifests =
        Caffeine.newBuilder()
            .maximumWeight(bytes)
            .weigher((Key key, Context manifest) -> weight(manifest))
            .expireAfterAccess(IDLE)
            .build();
  }

  private static int weight(Context manifest) {
    long bytes = (long) manifest.getSegmentsCount() * SEGMENT_BYTES + manifest.getSerializedSize();
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  @Nullable Context find(String contextId) {
    return manifests.getIfPresent(key(contextId));
  }

  void keep(Context manifest) {
    manifests.put(key(manifest.getId()), manifest);
  }

  void drop(String contextId) {
    manifests.invalidate(key(contextId));
  }

  private static Key key(String contextId) {
    return new Key(TenantId.current(), contextId);
  }

  /**
   * Returns the manifest that an answer stands for; empty if the segments that it leaves out aren't
   * known.
   *
   * @param held what the cache was told to be known; null if nothing
   */
  static Optional<Context> whole(@Nullable Context held, Context answer) {
    if (answer.getSegmentsCount() == answer.getSegmentCount()) {
      return Optional.of(answer);
    }
    if (held == null || answer.getSegmentsCount() > 0 || !sameContent(held, answer)) {
      return Optional.empty();
    }
    return Optional.of(
        held.getRevision() == answer.getRevision() && held.getExpires().equals(answer.getExpires())
            ? held
            : answer.toBuilder().addAllSegments(held.getSegmentsList()).build());
  }

  /**
   * The revision alone doesn't tell: an ID that was chosen by a request names another context once
   * the first was erased and the request came again with another text.
   */
  private static boolean sameContent(Context held, Context answer) {
    return held.getCreated().equals(answer.getCreated())
        && held.getFingerprint().equals(answer.getFingerprint())
        && held.getSegmentCount() == answer.getSegmentCount()
        && held.getTokens() == answer.getTokens()
        && held.getTextBytes() == answer.getTextBytes();
  }
}
