package ai.laconic.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where it was measured.
 *
 * @param processor name of its model
 * @param cores that this process may use
 * @param memoryBytes of the machine
 * @param load processes that wanted to run before the suite began, in the mean of a minute
 */
public record Machine(String processor, String system, int cores, long memoryBytes, double load) {
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  /** Returns this machine as it is now. */
  public static Machine now() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Machine(
        processorName().orElse(system.getArch()),
        system.getName() + " " + system.getArch(),
        system.getAvailableProcessors(),
        system.getTotalMemorySize(),
        Math.round(system.getSystemLoadAverage() * 100) / 100.0);
  }

  private static Optional<String> processorName() {
    try (Stream<String> lines = Files.lines(PROCESSORS)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst();
    } catch (IOException notLinux) {
      return Optional.empty();
    }
  }
}
