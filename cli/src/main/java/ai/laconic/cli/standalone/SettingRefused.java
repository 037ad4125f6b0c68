package ai.laconic.cli.standalone;

import ai.laconic.servicekit.StartFailure;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names the setting that a tier refused as it was typed. A class that several settings configure
 * knows the last word of its name only; the whole name is the one with that end among those that
 * were typed. What an option of the command line sets has the option's name.
 */
final class SettingRefused {
  private static final Map<String, String> OPTIONS = Map.of("laconic.cache.directory", "--data");

  private SettingRefused() {}

  /** Returns {@code failure} with that name; empty if it has it, or it can't be told. */
  static Optional<RuntimeException> in(RuntimeException failure, Collection<String> typed) {
    return StartFailure.explain(failure).flatMap(sentence -> named(sentence, typed));
  }

  private static Optional<RuntimeException> named(String sentence, Collection<String> typed) {
    int end = sentence.indexOf(": ");
    if (end < 0) {
      return Optional.empty();
    }
    String told = sentence.substring(0, end);
    if (typed.contains(told)) {
      return Optional.empty();
    }
    List<String> found =
        OPTIONS.containsKey(told)
            ? List.of(OPTIONS.get(told))
            : typed.stream().filter(name -> name.endsWith("." + told)).toList();
    return found.size() == 1
        ? Optional.of(new IllegalArgumentException(found.get(0) + sentence.substring(end)))
        : Optional.empty();
  }
}
