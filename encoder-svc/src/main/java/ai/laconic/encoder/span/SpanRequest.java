package ai.laconic.encoder.span;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A span to compress.
 *
 * @param tenant whose it is: its name is the sharing domain
 * @param text the source text
 * @param windowing how to cut it; null for the server's default
 * @param fingerprint of the model that the caller expects; empty for any
 * @param ttl how long blocks must live at least
 */
public record SpanRequest(
    String tenant, String text, @Nullable Windowing windowing, String fingerprint, Duration ttl) {
  public SpanRequest {
    requireNonNull(tenant, "tenant");
    requireNonNull(text, "text");
    requireNonNull(fingerprint, "fingerprint");
    requireNonNull(ttl, "ttl");
  }

  /** Leaves the text out: it is nobody's but the tenant's. */
  @Override
  public String toString() {
    return "SpanRequest[" + tenant + ", " + text.length() + " characters]";
  }
}
