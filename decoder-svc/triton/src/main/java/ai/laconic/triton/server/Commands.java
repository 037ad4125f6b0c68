package ai.laconic.triton.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs other programs to their end. */
final class Commands {
  private static final int TAIL = 2000;

  private Commands() {}

  /**
   * Runs a program and returns what it printed.
   *
   * @throws TritonUnavailableException it isn't there, takes too long, or fails
   */
  static String run(List<String> command, Duration limit) throws TritonUnavailableException {
    String name = String.join(" ", command);
    try {
      Path output = Files.createTempFile("laconic-triton-", ".log");
      try {
        Process process =
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
          throw new TritonUnavailableException(
              name + ": not done after " + limit.toSeconds() + " s: " + tail(output));
        }
        if (process.exitValue() != 0) {
          throw new TritonUnavailableException(
              name + ": exit status " + process.exitValue() + ": " + tail(output));
        }
        return Files.readString(output);
      } finally {
        Files.deleteIfExists(output);
      }
    } catch (TritonUnavailableException e) {
      throw e;
    } catch (IOException e) {
      throw new TritonUnavailableException(name + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TritonUnavailableException(name + ": interrupted", e);
    }
  }

  /** Returns the last of what a log says. */
  static String tail(Path log) throws IOException {
    String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).strip();
    return text.substring(Math.max(0, text.length() - TAIL));
  }
}
