package ai.laconic.servicekit.call;

/** Where the answers of one call go, one by one. Waits until the client takes more. */
@FunctionalInterface
public interface Sink<T> {
  void write(T answer) throws InterruptedException;
}
