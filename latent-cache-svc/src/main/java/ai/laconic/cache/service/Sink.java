package ai.laconic.cache.service;

/** Takes answers one by one, as fast as the peer does. */
@FunctionalInterface
interface Sink<T> {
  void accept(T item) throws InterruptedException;
}
