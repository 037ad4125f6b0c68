package ai.laconic.cli.command;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of the commands that talk to no gateway but their own. */
final class LocalOptions {
  @Spec(Spec.Target.MIXEE)
  @Nullable CommandSpec command;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  Output output() {
    var commandLine = Objects.requireNonNull(command, "command").commandLine();
    return new Output(commandLine.getOut(), commandLine.getErr(), json);
  }

  /** Says on the standard error what comes next, to a person. */
  void announce(String step) {
    if (!json) {
      output().step(step);
    }
  }
}
