package ai.laconic.cli.command;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.client.Failure;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** A command line that makes no sense: one sentence, and where to read more. */
final class UsageFailure {
  private UsageFailure() {}

  static int explain(ParameterException thrown, String[] arguments) {
    CommandLine command = thrown.getCommandLine();
    Failure failure =
        new Failure(
            "CLIENT",
            message(thrown),
            "try: " + command.getCommandSpec().qualifiedName() + " --help",
            ExitCode.USAGE);
    boolean json = Arrays.asList(arguments).contains("--json");
    new Output(command.getOut(), command.getErr(), json).failure(failure);
    return failure.exitCode();
  }

  private static String message(ParameterException thrown) {
    if (thrown instanceof MissingParameterException incomplete
        && !incomplete.getMissing().isEmpty()) {
      return missing(incomplete.getMissing().get(0));
    }
    if (thrown instanceof OverwrittenOptionException again) {
      return name(again.getOverwritten()) + ": several times (expected: once)";
    }
    ArgSpec argument = thrown.getArgSpec();
    if (argument != null && thrown.getValue() != null) {
      Optional<String> expected = expected(argument);
      if (expected.isPresent()) {
        return name(argument) + ": " + thrown.getValue() + " (expected: " + expected.get() + ")";
      }
    }
    if (argument != null && thrown.getCause() instanceof TypeConversionException told) {
      return name(argument) + ": " + told.getMessage();
    }
    if (thrown instanceof UnmatchedArgumentException unmatched) {
      // No more than the first, and not its value: that may be a secret.
      return unmatched.getUnmatched().get(0).replaceFirst("(?s)=.*", "")
          + " (expected: an option or a command of "
          + thrown.getCommandLine().getCommandSpec().qualifiedName()
          + similar(unmatched.getSuggestions())
          + ")";
    }
    return String.valueOf(thrown.getMessage());
  }

  static String name(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  private static String missing(ArgSpec argument) {
    String expected =
        argument.isOption()
            ? name(argument) + " " + argument.paramLabel()
            : argument.arity().max() > 1 ? "one or more" : "one";
    return name(argument) + ": none (expected: " + expected + ")";
  }

  /** Returns what picocli itself reads; our own converters say what they expect. */
  private static Optional<String> expected(ArgSpec argument) {
    Class<?> type = argument.auxiliaryTypes()[0];
    if (argument.typeInfo().isMap()) {
      return Optional.of(argument.paramLabel());
    }
    if (type.isEnum()) {
      return Optional.of(
          Arrays.stream(type.getEnumConstants())
              .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
              .collect(Collectors.joining(" or ")));
    }
    if (type == long.class || type == Long.class) {
      return Optional.of("a whole number");
    }
    return type == float.class || type == double.class ? Optional.of("a number") : Optional.empty();
  }

  private static String similar(List<String> names) {
    return names.isEmpty() ? "" : "; similar: " + String.join(", ", names);
  }
}
