package ai.laconic.cli.client;

import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.tokenizer.TokenizerException;
import ai.laconic.servicekit.StartFailure;
import ai.laconic.triton.server.TritonUnavailableException;
import io.grpc.Status;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What went wrong, for a person and for a script.
 *
 * @param code of gRPC, or CLIENT for what went wrong before a call
 * @param message the value and what was expected
 * @param hint what to do; may be empty
 * @param exitCode see {@link ExitCode}
 */
public record Failure(String code, String message, String hint, int exitCode) {
  /** As all services begin. */
  private static final Pattern NAMES_A_PEER = Pattern.compile("[a-z][^:.]*: ");

  /** Explains {@code thrown}. */
  public static Failure of(Throwable thrown) {
    if (Status.fromThrowable(thrown).getCause() == thrown) {
      return local(thrown);
    }
    Status status = CallStatus.of(thrown);
    Optional<Duration> retry = RetryDelay.of(thrown);
    return new Failure(
        status.getCode().name(),
        message(status),
        hint(status, retry),
        ExitCode.of(status.getCode(), retry.isPresent()));
  }

  /** Returns the same failure with one more thing to do. */
  public Failure withHint(String more) {
    return new Failure(code, message, hint.isEmpty() ? more : hint + "; " + more, exitCode);
  }

  /** What the transport says of a lost connection doesn't name the peer; its cause tells more. */
  private static String message(Status status) {
    String description = Optional.ofNullable(status.getDescription()).orElse("no explanation");
    if (status.getCode() != Status.Code.UNAVAILABLE) {
      return description;
    }
    String told =
        Optional.ofNullable(status.getCause()).map(Throwable::getMessage).orElse(description);
    return NAMES_A_PEER.matcher(told).lookingAt() ? told : "gateway: " + told;
  }

  private static Failure local(Throwable thrown) {
    Optional<String> service = StartFailure.explain(thrown);
    if (service.isPresent()) {
      return new Failure("CLIENT", service.get(), "", ExitCode.USAGE);
    }
    if (thrown instanceof NoSuchFileException || thrown instanceof FileNotFoundException) {
      return new Failure(
          "CLIENT",
          "file: " + thrown.getMessage() + " (expected: a file that exists)",
          "",
          ExitCode.USAGE);
    }
    if (thrown instanceof TritonUnavailableException) {
      return new Failure("CLIENT", String.valueOf(thrown.getMessage()), "", ExitCode.FAILED);
    }
    if (thrown instanceof IllegalArgumentException && thrown.getMessage() != null) {
      return new Failure("CLIENT", thrown.getMessage(), "", ExitCode.USAGE);
    }
    boolean typed =
        thrown instanceof IOException
            || thrown instanceof ModelDirectoryException
            || thrown instanceof TokenizerException;
    return new Failure("CLIENT", rootMessage(thrown), "", typed ? ExitCode.USAGE : ExitCode.FAILED);
  }

  /** What a framework wraps says more than the wrapping. */
  private static String rootMessage(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  private static String hint(Status status, Optional<Duration> retry) {
    Optional<String> later =
        retry.map(
            delay -> String.format(Locale.ROOT, "try again in %.1f s", delay.toMillis() / 1e3));
    return switch (status.getCode()) {
      case UNAVAILABLE ->
          later.orElse(
              "is the gateway running? start one with: laconic up   (or name it: --server)");
      case UNAUTHENTICATED -> "set LACONIC_API_KEY, or --api-key, to a key of this gateway";
      case RESOURCE_EXHAUSTED -> later.orElse("");
      case NOT_FOUND -> "laconic contexts lists what there is";
      default -> "";
    };
  }
}
