package ai.laconic.gateway.pool;

import ai.laconic.servicekit.upstream.Upstream;
import ai.laconic.v1.DecoderServiceGrpc;
import ai.laconic.v1.DecoderServiceGrpc.DecoderServiceBlockingStub;
import ai.laconic.v1.EncoderServiceGrpc;
import ai.laconic.v1.EncoderServiceGrpc.EncoderServiceBlockingStub;
import ai.laconic.v1.Model;

/**
 * One model of a pool, and the replicas that serve it: while a model is rolled out, a pool has
 * replicas of two. Calls reach only replicas whose health checks name this model.
 */
public final class ServedModel implements AutoCloseable {
  private final String pool;
  private final Upstream encoder;
  private final Upstream decoder;
  private final EncoderServiceBlockingStub encoderStub;
  private final DecoderServiceBlockingStub decoderStub;
  private volatile Model model;

  ServedModel(String pool, Model model, Upstream encoder, Upstream decoder) {
    this.pool = pool;
    this.model = model;
    this.encoder = encoder;
    this.decoder = decoder;
    this.encoderStub = EncoderServiceGrpc.newBlockingStub(encoder.channel());
    this.decoderStub = DecoderServiceGrpc.newBlockingStub(decoder.channel());
  }

  /** Returns the name of its pool. */
  public String pool() {
    return pool;
  }

  public Model model() {
    return model;
  }

  public int ratio() {
    return model.getRatio();
  }

  public String fingerprint() {
    return model.getFingerprint();
  }

  public EncoderServiceBlockingStub encoder() {
    return encoderStub;
  }

  public DecoderServiceBlockingStub decoder() {
    return decoderStub;
  }

  /**
   * Takes the encoder's words: it chooses how latents are stored, so it knows how large they are.
   */
  void describedByEncoder(Model same) {
    model = same;
  }

  ModelState state() {
    return new ModelState(model, encoder.available(), decoder.available());
  }

  @Override
  public void close() {
    encoder.close();
    decoder.close();
  }
}
