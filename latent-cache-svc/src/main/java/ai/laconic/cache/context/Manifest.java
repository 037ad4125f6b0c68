package ai.laconic.cache.context;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.Segment;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * A context that somebody wants stored, checked: its sums are the sums of its segments and its
 * times make sense. With a parent, its segments are those that are appended.
 */
final class Manifest {
  private static final long LAST_SECOND = 253_402_300_799L;

  private final Context message;
  private final ContextId id;
  private final Optional<ContextId> parent;
  private final Instant created;
  private final Instant expires;

  private Manifest(Context message) {
    this.message = message;
    this.id = new ContextId(message.getId());
    this.parent =
        message.getParentId().isEmpty()
            ? Optional.empty()
            : Optional.of(new ContextId(message.getParentId()));
    this.created = instant("created", message.hasCreated(), message.getCreated());
    this.expires = instant("expires", message.hasExpires(), message.getExpires());
  }

  /**
   * Checks a manifest that somebody sent.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT, naming field, value and expectation
   */
  static Manifest of(Context message) {
    if (message.getSegmentsCount() == 0) {
      throw Problems.invalid("manifest.segments", 0, "at least one segment");
    }
    expect(
        "segment_count",
        message.getSegmentCount(),
        message.getSegmentsCount(),
        "the number of segments");
    expectSum("tokens", message, message.getTokens(), Segment::getTokens);
    expectSum("latents", message, message.getLatents(), s -> s.getLatent().getLatents());
    expectSum("text_bytes", message, message.getTextBytes(), Segment::getTextBytes);
    Manifest manifest = new Manifest(message);
    if (!manifest.created.isBefore(manifest.expires)) {
      throw Problems.invalid(
          "manifest.expires", manifest.expires, "a time after created, " + manifest.created);
    }
    return manifest;
  }

  private static void expectSum(
      String field, Context message, long value, ToIntFunction<Segment> part) {
    long sum = 0;
    for (Segment segment : message.getSegmentsList()) {
      sum += part.applyAsInt(segment);
    }
    expect(field, value, sum, "the sum over segments");
  }

  private static void expect(String field, long value, long expected, String what) {
    if (value != expected) {
      throw Problems.invalid(
          "manifest." + field, Long.toUnsignedString(value), expected + ", " + what);
    }
  }

  private static Instant instant(String field, boolean present, Timestamp value) {
    if (!present) {
      throw Problems.invalid("manifest." + field, "missing", "a time");
    }
    long seconds = value.getSeconds();
    int nanos = value.getNanos();
    if (seconds < 0 || seconds > LAST_SECOND || nanos < 0 || nanos > 999_999_999) {
      throw Problems.invalid(
          "manifest." + field,
          seconds + " s and " + nanos + " ns",
          "a time between the years 1970 and 9999");
    }
    return Instant.ofEpochSecond(seconds, nanos);
  }

  ContextId id() {
    return id;
  }

  /** Returns the context that it is appended to. */
  Optional<ContextId> parent() {
    return parent;
  }

  Instant created() {
    return created;
  }

  /** Returns when the context may be forgotten. */
  Instant expires() {
    return expires;
  }

  /** Returns whether texts belong to it: then one for each segment. */
  boolean sourceKept() {
    return message.getSourceKept();
  }

  /** Returns the number of segments. */
  int segments() {
    return message.getSegmentsCount();
  }

  /** Returns the bytes of a segment's text in UTF-8. */
  long textBytes(int segment) {
    return message.getSegments(segment).getTextBytes();
  }

  /** Returns the blocks that its segments refer to, each once. */
  Set<LatentId> blocks() {
    return Extents.blocks(message.getSegmentsList());
  }

  /** Returns what it takes of its tenant's quota: manifest, texts and blocks, each block once. */
  long chargedBytes() {
    return message.getSerializedSize()
        + (sourceKept() ? message.getTextBytes() : 0)
        + Extents.blockBytes(message.getSegmentsList());
  }

  /** Returns all of it. */
  Context message() {
    return message;
  }
}
