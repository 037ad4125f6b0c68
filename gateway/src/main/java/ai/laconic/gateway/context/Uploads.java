package ai.laconic.gateway.context;

import ai.laconic.servicekit.call.RequestReader;
import ai.laconic.servicekit.error.Problems;
import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Reads the requests of an upload: options in the first message, text in all others.
 *
 * @param hasOptions whether a message carries options
 * @param options of a message
 * @param text of a message
 */
record Uploads<Q, O>(
    Predicate<Q> hasOptions, Function<Q, O> options, Function<Q, ByteString> text) {
  O options(RequestReader<Q> requests) throws InterruptedException {
    Optional<Q> first = requests.read();
    if (first.isEmpty()) {
      throw Problems.invalid("options", "missing", "options in the first message");
    }
    if (!hasOptions.test(first.get())) {
      throw Problems.invalid("part", "text", "options in the first message");
    }
    return options.apply(first.get());
  }

  Optional<ByteString> text(RequestReader<Q> requests) throws InterruptedException {
    Optional<Q> next = requests.read();
    if (next.isPresent() && hasOptions.test(next.get())) {
      throw Problems.invalid("part", "options", "text in every message after the first");
    }
    return next.map(text);
  }
}
