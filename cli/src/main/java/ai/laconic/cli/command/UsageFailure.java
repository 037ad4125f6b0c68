package ai.laconic.cli.command;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.client.Failure;
import java.util.Arrays;
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
    String message = String.valueOf(thrown.getMessage());
    if (thrown instanceof UnmatchedArgumentException unmatched) {
      var similar = unmatched.getSuggestions();
      return similar.isEmpty()
          ? message
          : message + " (similar: " + String.join(", ", similar) + ")";
    }
    return message;
  }
}
