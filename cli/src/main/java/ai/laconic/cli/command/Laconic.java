package ai.laconic.cli.command;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.client.Failure;
import java.time.Duration;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The root command. */
@Command(
    name = "laconic",
    description = "Serves long texts as latents: compressed once, read by every question.",
    mixinStandardHelpOptions = true,
    version = "laconic 0.1.0",
    subcommands = {
      DemoCommand.class,
      EvaluateCommand.class,
      BenchCommand.class,
      UpCommand.class,
      CompressCommand.class,
      AppendCommand.class,
      AskCommand.class,
      ExpandCommand.class,
      ContextsCommand.class,
      PoolsCommand.class,
      ModelsCommand.class
    },
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it worked",
      "1:it failed",
      "2:the command line, or a file that it names, makes no sense",
      "3:the gateway refused a value, or a text over its limit",
      "4:not found",
      "5:not available now; trying again later may help",
      "6:no valid API key"
    })
public final class Laconic {
  private Laconic() {}

  /** Returns the whole command line, with failures as one sentence each and an exit code. */
  public static CommandLine commandLine() {
    CommandLine commandLine =
        new CommandLine(new Laconic())
            .setExecutionStrategy(new CommandLine.RunLast())
            .setExecutionExceptionHandler(Laconic::explain)
            .setParameterExceptionHandler(UsageFailure::explain)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .registerConverter(int.class, new WholeNumber.NotNegative())
            .registerConverter(Integer.class, new WholeNumber.NotNegative())
            .registerConverter(Duration.class, Units::duration)
            .registerConverter(SegmentNumbers.class, SegmentNumbers::parse);
    // So that -1 is told to be no segment, rather than no option.
    Objects.requireNonNull(commandLine.getSubcommands().get("expand"), "expand")
        .setUnmatchedOptionsArePositionalParams(true);
    return commandLine;
  }

  private static int explain(
      Exception thrown, CommandLine command, CommandLine.ParseResult parsed) {
    Failure failure = TypedOptions.explain(Failure.of(thrown), command.getCommandSpec());
    boolean json = command.getParseResult().hasMatchedOption("--json");
    new Output(command.getOut(), command.getErr(), json).failure(failure);
    return failure.exitCode() == ExitCode.OK ? ExitCode.FAILED : failure.exitCode();
  }
}
