package ai.laconic.cli.bench;

import ai.laconic.benchmarks.served.SystemPlan;
import ai.laconic.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** {@code laconic up} in a process of its own, with the JVM options of this one. */
final class IdleProcess {
  private static final int STOPS_WITHIN_SECONDS = 30;
  private static final int TAIL = 1000;

  private IdleProcess() {}

  /**
   * Returns the memory that it holds some time after it serves; empty where the machine doesn't
   * say.
   */
  static OptionalLong residentBytes(SystemPlan plan, Map<String, String> settings, Duration idle)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile("laconic-up-", ".log");
    Process process =
        new ProcessBuilder(command(plan, settings)).redirectError(log.toFile()).start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith("ready;")) {
          Thread.sleep(idle.toMillis());
          return residentBytes(process.pid());
        }
      }
      throw new IOException(
          "laconic up: ended with exit status "
              + process.waitFor()
              + " (expected: a system that serves): "
              + tail(log));
    } finally {
      process.destroy();
      if (!process.waitFor(STOPS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(log);
    }
  }

  private static String tail(Path log) throws IOException {
    String text = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).strip();
    return text.substring(Math.max(0, text.length() - TAIL));
  }

  private static List<String> command(SystemPlan plan, Map<String, String> settings) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "up",
            "--data",
            "none",
            "--port",
            "0",
            "--slots",
            Integer.toString(plan.slots()),
            "--max-positions",
            Integer.toString(plan.maxPositions())));
    plan.models().forEach(model -> command.addAll(List.of("--model", model.toString())));
    settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    return command;
  }

  private static OptionalLong residentBytes(long process) throws IOException {
    Path status = Path.of("/proc", Long.toString(process), "status");
    if (!Files.exists(status)) {
      return OptionalLong.empty();
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst();
    }
  }
}
