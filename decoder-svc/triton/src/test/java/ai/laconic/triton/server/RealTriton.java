package ai.laconic.triton.server;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;

/** The real server for tests: installed once on a machine, as {@code laconic up} does it. */
public final class RealTriton {
  private RealTriton() {}

  /** Returns the installation; where it can't be had the test is skipped, and fails in CI. */
  public static TritonInstallation installation() {
    Path cache = TritonInstallation.defaultCache();
    try {
      return TritonInstallation.in(cache);
    } catch (TritonUnavailableException e) {
      String why = "real Triton: " + e.getMessage();
      return Boolean.parseBoolean(System.getenv("CI")) ? fail(why, e) : abort(why);
    }
  }
}
