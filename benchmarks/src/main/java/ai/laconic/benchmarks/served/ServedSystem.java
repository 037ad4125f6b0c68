package ai.laconic.benchmarks.served;

/** A system that serves. */
public interface ServedSystem extends AutoCloseable {
  /** Returns host and port of the gateway. */
  String gateway();

  /** Returns host and port of the encoder of a model. */
  String encoder(String model);

  /** Returns host and port of the decoder of a model. */
  String decoder(String model);

  @Override
  void close();
}
