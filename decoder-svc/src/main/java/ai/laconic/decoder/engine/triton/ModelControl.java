package ai.laconic.decoder.engine.triton;

/**
 * Who loads the model into Triton. Anything but {@link #NONE} needs a server that was started with
 * {@code --model-control-mode=explicit}.
 */
public enum ModelControl {
  /** The server itself: it was started with the model, or somebody else loads it. */
  NONE(false, false),

  /**
   * The decoder asks for it whenever the server is there and the model isn't. For servers that
   * start empty; several decoders may do so at one server.
   */
  LOAD(true, false),

  /**
   * As {@link #LOAD}, and the decoder has the model unloaded when it closes. For a server that has
   * this decoder alone, and memory that others wait for: decoders that share the server would lose
   * the model in the middle of their answers.
   */
  LOAD_UNLOAD(true, true);

  private final boolean loads;
  private final boolean unloads;

  ModelControl(boolean loads, boolean unloads) {
    this.loads = loads;
    this.unloads = unloads;
  }

  boolean loads() {
    return loads;
  }

  boolean unloads() {
    return unloads;
  }
}
