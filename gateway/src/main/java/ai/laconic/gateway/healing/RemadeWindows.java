package ai.laconic.gateway.healing;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/** Counts windows that were made again, as the metric {@code laconic.gateway.remade.windows}. */
final class RemadeWindows {
  /** Why windows were made again. */
  enum Reason {
    /** Their blocks were gone, damaged or another text's. */
    MISSING,
    /** Their span is cut in another way now. */
    RECUT,
    /** Their model isn't served any more. */
    OUTDATED
  }

  private final MeterRegistry registry;

  RemadeWindows(MeterRegistry registry) {
    this.registry = registry;
  }

  void add(Reason reason, String pool, int windows) {
    if (windows > 0) {
      Counter.builder("laconic.gateway.remade.windows")
          .description("windows that were encoded again while a question waited")
          .tag("reason", reason.name().toLowerCase(Locale.ROOT))
          .tag("pool", pool)
          .register(registry)
          .increment(windows);
    }
  }
}
