package ai.laconic.cli.command;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.client.Failure;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.session.SessionException;
import ai.laconic.runtime.tokenizer.TokenizerException;
import ai.laconic.runtime.verify.Verification;
import ai.laconic.runtime.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "verify",
    description = {
      "Read all of a checkpoint directory, run it, and compare it with its golden.json.",
      "Exit code 0: nothing is wrong; 1: something is."
    },
    mixinStandardHelpOptions = true)
final class VerifyCommand implements Callable<Integer> {
  @Mixin LocalOptions options = new LocalOptions();

  @Parameters(paramLabel = "DIR", description = "A checkpoint directory.")
  @Nullable Path directory;

  @Override
  public Integer call() throws IOException {
    Output output = options.output();
    Path path = Objects.requireNonNull(directory, "DIR");
    Verification verification;
    try {
      verification = Verifier.verify(path, options::announce);
    } catch (ModelDirectoryException | TokenizerException | SessionException e) {
      // Here a broken checkpoint is what was looked for, not a wrong command line.
      return failed(output, Failure.of(e).message());
    }
    if (output.isJson()) {
      output.json(VerificationTable.json(verification));
    } else {
      new VerificationTable(output).print(verification);
    }
    return verification.passed() ? ExitCode.OK : ExitCode.FAILED;
  }

  private static int failed(Output output, String reason) {
    if (output.isJson()) {
      output.json(Map.of("passed", false, "reason", reason));
    } else {
      output.line("FAILED: %s", reason);
    }
    return ExitCode.FAILED;
  }
}
