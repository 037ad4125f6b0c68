package ai.laconic.benchmarks.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A program that answers each line of JSON with one. What else it says goes to a log. Between its
 * answers it is stopped: threads that wait busily would take processors from whoever is measured.
 */
final class PeerProcess implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int MOST_MINUTES = 15;
  private static final int STOPS_WITHIN_SECONDS = 10;
  private static final int TAIL = 600;

  private final Process process;
  private final Path log;
  private final BufferedReader answers;
  private final Writer requests;

  private PeerProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
    answers = process.inputReader(StandardCharsets.UTF_8);
    requests = process.outputWriter(StandardCharsets.UTF_8);
  }

  static PeerProcess start(List<String> command, Map<String, String> environment, Path log)
      throws PeerUnavailableException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    try {
      return new PeerProcess(builder.redirectError(log.toFile()).start(), log);
    } catch (IOException e) {
      throw new PeerUnavailableException(command.get(0) + ": " + e.getMessage(), e);
    }
  }

  /** Sends a request and waits for its answer. */
  <T> T ask(Map<String, ?> request, Class<T> answer) throws PeerUnavailableException {
    signal("CONT");
    try {
      requests.write(JSON.writeValueAsString(request) + "\n");
      requests.flush();
    } catch (IOException e) {
      throw ended(e);
    }
    return next(answer);
  }

  /** Waits for the next line. */
  <T> T next(Class<T> type) throws PeerUnavailableException {
    T next = read(type);
    signal("STOP");
    return next;
  }

  private <T> T read(Class<T> type) throws PeerUnavailableException {
    CompletableFuture<@Nullable String> line = CompletableFuture.supplyAsync(this::line);
    try {
      String text = line.get(MOST_MINUTES, TimeUnit.MINUTES);
      if (text == null) {
        throw ended(null);
      }
      return JSON.readValue(text, type);
    } catch (TimeoutException e) {
      throw new PeerUnavailableException(
          "no answer (expected: one within " + MOST_MINUTES + " minutes)" + tail(), e);
    } catch (ExecutionException | JacksonException e) {
      throw ended(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerUnavailableException("interrupted", e);
    }
  }

  private void signal(String name) throws PeerUnavailableException {
    List<String> command = new ArrayList<>(List.of("kill", "-" + name));
    command.add(Long.toString(process.pid()));
    process.descendants().forEach(child -> command.add(Long.toString(child.pid())));
    try {
      new ProcessBuilder(command).start().waitFor();
    } catch (IOException e) {
      throw new PeerUnavailableException("kill: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerUnavailableException("interrupted", e);
    }
  }

  private @Nullable String line() {
    try {
      return answers.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PeerUnavailableException ended(@Nullable Throwable cause) {
    return new PeerUnavailableException(
        "no answer in JSON (expected: one line for each request)" + tail(),
        Objects.requireNonNullElseGet(cause, () -> new IOException("end of its output")));
  }

  private String tail() {
    try {
      String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).strip();
      return text.isEmpty() ? "" : ": " + text.substring(Math.max(0, text.length() - TAIL));
    } catch (IOException unreadable) {
      return "";
    }
  }

  /** Ends it: its input ends first, so that it can leave by itself. */
  @Override
  public void close() {
    try {
      signal("CONT");
      requests.close();
    } catch (IOException gone) {
      // It has ended already.
    }
    try {
      if (process.waitFor(STOPS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
