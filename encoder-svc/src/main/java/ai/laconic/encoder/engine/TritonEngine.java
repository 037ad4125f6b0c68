package ai.laconic.encoder.engine;

import ai.laconic.inference.GRPCInferenceServiceGrpc;
import ai.laconic.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelInferResponse;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Sends batches to a Triton model and waits for each. */
final class TritonEngine implements EncoderEngine {
  private final GRPCInferenceServiceBlockingStub triton;
  private final TritonReadiness readiness;
  private final Duration timeout;
  private final TritonRequests requests;
  private final TritonResponses responses;
  private final ModelShape model;

  /** Most latents of one response, in bytes. */
  private final long maxLatentBytes;

  private final AtomicLong lastId = new AtomicLong();
  private volatile boolean closed;

  TritonEngine(
      Channel channel,
      TritonReadiness readiness,
      TritonSettings settings,
      TritonRequests requests,
      ModelShape model,
      long maxLatentBytes) {
    long window = model.bytes(model.latentsFor(model.windowTokens()));
    if (window > maxLatentBytes) {
      throw new IllegalArgumentException(
          "latents of a window of "
              + model.windowTokens()
              + " tokens: "
              + window
              + " bytes (expected: at most "
              + maxLatentBytes
              + " with engine triton)");
    }
    this.triton = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    this.readiness = readiness;
    this.timeout = settings.timeout();
    this.requests = requests;
    this.responses = new TritonResponses(model);
    this.model = model;
    this.maxLatentBytes = maxLatentBytes;
  }

  /**
   * {@inheritDoc}
   *
   * @throws StatusRuntimeException what Triton has against it, or what is wrong with the answer
   */
  @Override
  public List<float[]> encode(List<int[]> windows) {
    windows.forEach(model::check);
    if (closed) {
      throw new IllegalStateException("encoder: closed (expected: open)");
    }
    // One deadline for all requests of the batch.
    GRPCInferenceServiceBlockingStub inTime = triton.withDeadlineAfter(timeout);
    List<float[]> latents = new ArrayList<>(windows.size());
    for (RequestWindows part : RequestWindows.split(windows, model, maxLatentBytes)) {
      latents.addAll(encode(inTime, part));
    }
    return latents;
  }

  private List<float[]> encode(GRPCInferenceServiceBlockingStub inTime, RequestWindows part) {
    String id = Long.toString(lastId.incrementAndGet());
    ModelInferRequest request = requests.write(id, part, part.latents() * model.ratio().value());
    return responses.read(ask(inTime, request), id, part);
  }

  private static ModelInferResponse ask(
      GRPCInferenceServiceBlockingStub inTime, ModelInferRequest request) {
    try {
      return inTime.modelInfer(request);
    } catch (StatusRuntimeException e) {
      throw TritonFailures.of(e);
    }
  }

  @Override
  public boolean ready() {
    return !closed && readiness.ready();
  }

  /** Takes nothing more. The channels belong to whoever opened them. */
  @Override
  public void close() {
    closed = true;
  }
}
