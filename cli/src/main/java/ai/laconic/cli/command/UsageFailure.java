package ai.laconic.cli.command;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.client.Failure;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
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
    ArgSpec argument = thrown.getArgSpec();
    if (argument != null && thrown.getCause() instanceof TypeConversionException told) {
      String name =
          argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
      return name + ": " + told.getMessage();
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

  private static String similar(List<String> names) {
    return names.isEmpty() ? "" : "; similar: " + String.join(", ", names);
  }
}
