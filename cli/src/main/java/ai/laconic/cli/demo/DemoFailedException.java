package ai.laconic.cli.demo;

/** A step of the demo did not do what it promises. */
public final class DemoFailedException extends Exception {
  private static final long serialVersionUID = 1L;

  DemoFailedException(String step, Object value, String expected) {
    super(step + ": " + value + " (expected: " + expected + ")");
  }
}
