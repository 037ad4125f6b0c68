package ai.laconic.cli.bench;

import ai.laconic.benchmarks.served.ServedSystem;
import ai.laconic.cli.standalone.Standalone;

/**
 * A system of this process.
 *
 * @param stop stops it, and what was started beside it
 */
record RunningSystem(Standalone standalone, Runnable stop) implements ServedSystem {
  @Override
  public String gateway() {
    return standalone.gateway();
  }

  /** Returns the first one, where there are several. */
  @Override
  public String encoder(String model) {
    return address(standalone, "encoder-svc " + model);
  }

  @Override
  public String decoder(String model) {
    return address(standalone, "decoder-svc " + model);
  }

  /** Returns the address of a tier. */
  static String address(Standalone standalone, String name) {
    return standalone.tiers().stream()
        .filter(tier -> tier.name().equals(name))
        .map(Standalone.Tier::address)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "tier: " + name + " (expected: one of " + standalone.tiers() + ")"));
  }

  @Override
  public void close() {
    stop.run();
  }
}
