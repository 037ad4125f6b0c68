package ai.laconic.cli.standalone;

import ai.laconic.runtime.inspect.MemoryNeed;
import ai.laconic.runtime.model.ModelDirectory;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Says of a start that ran out of memory what was needed, what there is and what helps. Whoever ran
 * out of it knows only of its own piece.
 */
final class MemoryShortage {
  private static final Pattern HEAP = Pattern.compile("Java heap space|GC overhead limit exceeded");

  /** As the JVM, the C++ library, ONNX Runtime and Linux say it. */
  private static final Pattern REFUSED =
      Pattern.compile(
          "direct buffer memory|native thread|[Mm]ap failed|bad_alloc|[Ff]ailed to allocate"
              + "|[Cc]annot allocate memory");

  private static final int MIB = 20;

  private MemoryShortage() {}

  /** Returns {@code failure} as one sentence; empty if memory has nothing to do with it. */
  static Optional<RuntimeException> explain(
      Throwable failure, List<ModelDirectory> models, StandaloneOptions options) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String told = String.valueOf(cause.getMessage());
      if (HEAP.matcher(told).find()) {
        return because(heap(models), failure);
      }
      if (cause instanceof OutOfMemoryError || REFUSED.matcher(told).find()) {
        return because(outside(root(cause), models, options), failure);
      }
    }
    return Optional.empty();
  }

  private static Optional<RuntimeException> because(String sentence, Throwable failure) {
    IllegalStateException explained = new IllegalStateException(sentence);
    explained.addSuppressed(failure);
    return Optional.of(explained);
  }

  private static String heap(List<ModelDirectory> models) {
    return String.format(
        Locale.ROOT,
        "heap: %s is not enough for %s (expected: more, such as LACONIC_HEAP=2g)",
        mib(Runtime.getRuntime().maxMemory()),
        counted(models));
  }

  private static String outside(
      String told, List<ModelDirectory> models, StandaloneOptions options) {
    List<MemoryNeed> needs = models.stream().map(model -> need(model, options)).toList();
    return String.format(
        Locale.ROOT,
        "memory: %s: %s: %s of weights and at most %s of keys and values, %d slots of %,d"
            + " positions each, beside a heap of at most %s, of the %s that there are (expected:"
            + " fewer --slots, --max-positions or models, or more %s)",
        told,
        counted(models),
        mib(needs.stream().mapToLong(MemoryNeed::weightBytes).sum()),
        mib(needs.stream().mapToLong(MemoryNeed::kvBytes).sum()),
        options.slots(),
        needs.stream().mapToInt(MemoryNeed::positions).max().orElse(0),
        mib(Runtime.getRuntime().maxMemory()),
        mib(machine()),
        // Direct buffers may take as much as the heap may.
        told.contains("direct buffer memory") ? "LACONIC_HEAP" : "memory");
  }

  private static MemoryNeed need(ModelDirectory model, StandaloneOptions options) {
    int positions = StandaloneOptions.positions(options.maxPositions(), model);
    return MemoryNeed.of(model, options.slots(), positions);
  }

  private static String root(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  private static String counted(List<ModelDirectory> models) {
    return models.size() + (models.size() == 1 ? " model" : " models");
  }

  private static String mib(long bytes) {
    return String.format(Locale.ROOT, "%,d MiB", bytes >> MIB);
  }

  /** Returns the bytes that this process may have: in a container, those of the container. */
  private static long machine() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }
}
