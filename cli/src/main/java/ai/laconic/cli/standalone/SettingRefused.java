package ai.laconic.cli.standalone;

import ai.laconic.servicekit.StartFailure;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Names the setting that a tier refused. A class that several settings configure knows the last
 * word of its name only; the whole name is the one with that end among those that were typed.
 */
final class SettingRefused {
  private SettingRefused() {}

  /** Returns {@code failure} with the whole name; empty if it has one, or it can't be told. */
  static Optional<RuntimeException> in(RuntimeException failure, Collection<String> typed) {
    return StartFailure.explain(failure).flatMap(sentence -> named(sentence, typed));
  }

  private static Optional<RuntimeException> named(String sentence, Collection<String> typed) {
    int end = sentence.indexOf(": ");
    if (end < 0) {
      return Optional.empty();
    }
    String word = "." + sentence.substring(0, end);
    List<String> found = typed.stream().filter(name -> name.endsWith(word)).toList();
    return found.size() == 1
        ? Optional.of(new IllegalArgumentException(found.get(0) + sentence.substring(end)))
        : Optional.empty();
  }
}
