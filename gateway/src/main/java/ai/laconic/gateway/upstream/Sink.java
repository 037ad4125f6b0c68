package ai.laconic.gateway.upstream;

/** Where the answers of one call go. Waits until the client takes more. */
@FunctionalInterface
public interface Sink<T> {
  void write(T answer) throws InterruptedException;
}
