package ai.laconic.servicekit.admission;

/** Room that was given. */
public interface Permit extends AutoCloseable {
  /** Gives the room back. Does nothing the second time. May be called from any thread. */
  @Override
  void close();
}
