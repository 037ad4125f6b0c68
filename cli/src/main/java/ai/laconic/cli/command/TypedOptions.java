package ai.laconic.cli.command;

import ai.laconic.cli.client.Failure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What a gateway says of a field of a request, said of the option that the field was typed as. Most
 * options have their field's name.
 */
final class TypedOptions {
  private static final Pattern PROBLEM =
      Pattern.compile("([a-z][\\w.\\[\\]]*): (.*) \\(expected: (.*)\\)", Pattern.DOTALL);

  /** By the end of the field's path. */
  private static final Map<String, List<String>> OTHER_NAMES =
      Map.of(
          "pin.ttl", List.of("--for"),
          "pin.owner", List.of("--pin", "--unpin"),
          "labels", List.of("--label"),
          "range.end", List.of("--segments"),
          "segment", List.of("SEGMENT"),
          "segments", List.of("SEGMENT"));

  private static final Pattern END = Pattern.compile("1 to (\\d{1,9})");
  private static final Pattern SECONDS = Pattern.compile("\\b(\\d{1,12})s\\b");

  private TypedOptions() {}

  static Failure explain(Failure failure, CommandSpec command) {
    Matcher problem = PROBLEM.matcher(failure.message());
    if (failure.code().equals("CLIENT") || !problem.matches()) {
      return failure;
    }
    String field = problem.group(1).replaceAll("\\[\\d+]", "");
    return names(field)
        .flatMap(name -> typed(command, name).stream())
        .findFirst()
        .map(argument -> said(argument, field, problem.group(2), problem.group(3)))
        .map(told -> new Failure(failure.code(), told, failure.hint(), failure.exitCode()))
        .orElse(failure);
  }

  private static Stream<String> names(String field) {
    String end = field.substring(field.lastIndexOf('.') + 1);
    return Stream.concat(
        OTHER_NAMES.entrySet().stream()
            .filter(other -> field.equals(other.getKey()) || field.endsWith("." + other.getKey()))
            .flatMap(other -> other.getValue().stream()),
        Stream.of("--" + end.replace('_', '-')));
  }

  private static Optional<? extends ArgSpec> typed(CommandSpec command, String name) {
    Optional<? extends ArgSpec> argument =
        name.startsWith("--")
            ? Optional.ofNullable(command.findOption(name))
            : command.positionalParameters().stream()
                .filter(positional -> positional.paramLabel().equals(name))
                .findFirst();
    return argument.filter(found -> !found.originalStringValues().isEmpty());
  }

  private static String said(ArgSpec argument, String field, String value, String expected) {
    boolean time = argument.type() == Duration.class;
    boolean end = field.endsWith("range.end");
    String typed = time || end ? String.join(", ", argument.originalStringValues()) : value;
    String wanted =
        end
            ? END.matcher(expected).replaceFirst(all -> "0 to " + (number(all.group(1)) - 1))
            : expected;
    return UsageFailure.name(argument)
        + ": "
        + typed
        + " (expected: "
        + (time ? SECONDS.matcher(wanted).replaceAll(TypedOptions::duration) : wanted)
        + ")";
  }

  private static String duration(MatchResult seconds) {
    return Units.durationTyped(Duration.ofSeconds(number(seconds.group(1))));
  }

  private static long number(String digits) {
    return Long.parseLong(digits);
  }
}
