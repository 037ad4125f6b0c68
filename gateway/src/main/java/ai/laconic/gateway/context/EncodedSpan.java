package ai.laconic.gateway.context;

import ai.laconic.gateway.pool.SpanWindow;
import com.google.protobuf.ByteString;
import java.util.List;

/**
 * A span whose latents are in the cache.
 *
 * @param text its UTF-8; empty if the source isn't kept
 * @param windows in order; their texts make up the span's
 */
record EncodedSpan(ByteString text, List<SpanWindow> windows) {
  EncodedSpan {
    windows = List.copyOf(windows);
  }
}
