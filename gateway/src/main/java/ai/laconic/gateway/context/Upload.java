package ai.laconic.gateway.context;

import com.google.protobuf.ByteString;
import java.util.Optional;

/** The text of one call, as it comes. */
@FunctionalInterface
interface Upload {
  /** Waits for the next piece; empty after the last. */
  Optional<ByteString> next() throws InterruptedException;
}
