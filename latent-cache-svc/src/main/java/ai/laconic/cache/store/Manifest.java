package ai.laconic.cache.store;

import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.Segment;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.function.ToIntFunction;

/**
 * What a context consists of, checked: its sums are the sums of its segments and its times make
 * sense. Stored in the form in which it travels.
 */
public final class Manifest {
  private static final long LAST_SECOND = 253_402_300_799L;

  private final Context message;
  private final ContextId id;
  private final Instant created;
  private final Instant expires;

  private Manifest(Context message) {
    this.message = message;
    this.id = new ContextId(message.getId());
    this.created = instant("created", message.hasCreated(), message.getCreated());
    this.expires = instant("expires", message.hasExpires(), message.getExpires());
  }

  /**
   * Checks a manifest that somebody sent.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT, naming field, value and expectation
   */
  public static Manifest of(Context message) {
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

  /** Returns a manifest that was checked before it was stored. */
  public static Manifest stored(Context message) {
    return new Manifest(message);
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

  public ContextId id() {
    return id;
  }

  /** Returns where the context stands in its tenant's list. */
  public ListPosition position() {
    return new ListPosition(created.toEpochMilli(), id);
  }

  /** Returns when the context may be forgotten. */
  public Instant expires() {
    return expires;
  }

  /** Returns whether texts belong to it: then one for each segment. */
  public boolean sourceKept() {
    return message.getSourceKept();
  }

  /** Returns the number of segments. */
  public int segments() {
    return message.getSegmentsCount();
  }

  /** Returns the bytes of a segment's text in UTF-8. */
  public long textBytes(int segment) {
    return message.getSegments(segment).getTextBytes();
  }

  /** Returns all of it. */
  public Context message() {
    return message;
  }

  /** Returns what listings show: everything but the segments. */
  public Context summary() {
    return message.toBuilder().clearSegments().build();
  }
}
