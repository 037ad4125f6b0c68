package ai.laconic.gateway.pool;

import ai.laconic.servicekit.upstream.Affinity;
import ai.laconic.servicekit.upstream.Placement;
import ai.laconic.servicekit.upstream.Upstream;
import ai.laconic.v1.DecoderServiceGrpc;
import ai.laconic.v1.DecoderServiceGrpc.DecoderServiceBlockingStub;
import ai.laconic.v1.DescribeDecoderResponse;
import ai.laconic.v1.EncoderServiceGrpc;
import ai.laconic.v1.EncoderServiceGrpc.EncoderServiceBlockingStub;
import ai.laconic.v1.Model;

/**
 * One model of a pool, and the replicas that serve it: while a model is rolled out, a pool has
 * replicas of two. Calls reach only replicas whose health checks name this model.
 */
public final class ServedModel implements AutoCloseable {
  private final PoolProperties pool;
  private final Upstream encoder;
  private final Upstream decoder;
  private final EncoderServiceBlockingStub encoderStub;
  private final DecoderServiceBlockingStub decoderStub;
  private volatile Model model;

  /** Prompts that a decoder reads at once, as far as known. */
  private volatile int slots = 1;

  ServedModel(PoolProperties pool, Model model, Upstream encoder, Upstream decoder) {
    this.pool = pool;
    this.model = model;
    this.encoder = encoder;
    this.decoder = decoder;
    this.encoderStub = EncoderServiceGrpc.newBlockingStub(encoder.channel());
    this.decoderStub = DecoderServiceGrpc.newBlockingStub(decoder.channel());
  }

  /** Returns the name of its pool. */
  public String pool() {
    return pool.name();
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

  /** Returns a stub for one prompt, however many tries it takes. */
  public DecoderServiceBlockingStub decoder() {
    return Placement.tries(decoderStub);
  }

  /**
   * As {@link #decoder()}, for a prompt that the decoder of its affinity may hold the beginning of.
   */
  public DecoderServiceBlockingStub decoderNear(String affinity) {
    return pool.warmRouting()
        ? Placement.near(decoder(), new Affinity(affinity, slots))
        : decoder();
  }

  /**
   * Takes the encoder's words: it chooses how latents are stored, so it knows how large they are.
   */
  void describedByEncoder(Model same) {
    model = same;
  }

  void describedByDecoder(DescribeDecoderResponse answer) {
    slots = Math.max(1, answer.getSlots());
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
