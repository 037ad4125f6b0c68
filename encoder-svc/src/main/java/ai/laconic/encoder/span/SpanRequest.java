package ai.laconic.encoder.span;

import static java.util.Objects.requireNonNull;

import ai.laconic.runtime.latent.SharingDomain;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A span to compress.
 *
 * @param sharing who may share its latents
 * @param text the source text
 * @param windowing how to cut it; null for the server's default
 * @param fingerprint of the model that the caller expects; empty for any
 * @param ttl how long blocks must live at least
 */
public record SpanRequest(
    SharingDomain sharing,
    String text,
    @Nullable Windowing windowing,
    String fingerprint,
    Duration ttl) {
  public SpanRequest {
    requireNonNull(sharing, "sharing");
    requireNonNull(text, "text");
    requireNonNull(fingerprint, "fingerprint");
    requireNonNull(ttl, "ttl");
  }

  /** Leaves the text out: it is nobody's business here. */
  @Override
  public String toString() {
    return "SpanRequest[" + sharing + ", " + text.length() + " characters]";
  }
}
