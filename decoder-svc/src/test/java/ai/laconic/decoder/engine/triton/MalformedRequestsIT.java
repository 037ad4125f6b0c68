package ai.laconic.decoder.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecodePrompt;
import ai.laconic.decoder.engine.DecodeTask;
import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.decoder.engine.SamplingSettings;
import ai.laconic.inference.GRPCInferenceServiceGrpc;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.inference.ModelInferRequest.InferInputTensor;
import ai.laconic.inference.ModelStreamInferResponse;
import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that are wrong in every way, sent past the engine that would have caught them. */
class MalformedRequestsIT {
  private static final int REQUESTS = 1000;

  @TempDir Path folder;

  @Test
  void harmNobody() throws Exception {
    try (RealServer triton = new RealServer(folder)) {
      String model = triton.addCounting(2, 4, Duration.ofMillis(5));
      TritonEngine engine =
          triton.open(model, RealServer.golden().fingerprint(), CountingModel.info(2, 200));
      GRPCInferenceServiceGrpc.GRPCInferenceServiceStub stub =
          GRPCInferenceServiceGrpc.newStub(triton.connect());
      Random random = new Random(1);
      TritonRequests requests =
          new TritonRequests(model, "", RealServer.golden().fingerprint(), CountingModel.WIDTH);
      send(stub, requests, random, REQUESTS / 10);
      long before = triton.process().sharedMemory();
      RecordingListener neighbour = new RecordingListener();
      engine.submit(TritonHarness.request(CountingModel.startingWith(0), 90), neighbour);

      send(stub, requests, random, REQUESTS);

      TritonHarness.awaitEnd(neighbour);
      assertThat(neighbour.tokens()).hasSize(90);
      await().until(() -> triton.metric("lclm_running", model) == 0);
      assertThat(triton.metric("lclm_waiting", model)).isZero();
      assertThat(triton.metric("lclm_kv_use", model)).isZero();
      assertThat(triton.process().sharedMemory()).isPositive().isEqualTo(before);
      RecordingListener after = new RecordingListener();
      engine.submit(TritonHarness.request(CountingModel.startingWith(5), 3), after);
      TritonHarness.awaitEnd(after);
      assertThat(after.tokens()).containsExactly(5, 6, 7);
    }
  }

  private static void send(
      GRPCInferenceServiceGrpc.GRPCInferenceServiceStub stub,
      TritonRequests requests,
      Random random,
      int count) {
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    for (int i = 0; i < count; i++) {
      StreamObserver<ModelInferRequest> call =
          stub.withDeadlineAfter(1, TimeUnit.MINUTES)
              .modelStreamInfer(
                  new StreamObserver<>() {
                    @Override
                    public void onNext(ModelStreamInferResponse response) {
                      if (!response.getErrorMessage().isEmpty()) {
                        refused.incrementAndGet();
                      }
                    }

                    @Override
                    public void onError(Throwable thrown) {
                      refused.incrementAndGet();
                      ended.incrementAndGet();
                    }

                    @Override
                    public void onCompleted() {
                      ended.incrementAndGet();
                    }
                  });
      call.onNext(malformed(requests, random, i));
      call.onCompleted();
    }
    await().atMost(Duration.ofMinutes(1)).until(() -> ended.get() == count);
    assertThat(refused.get()).isGreaterThanOrEqualTo(count);
  }

  /** Returns a good request with one thing wrong in it. */
  private static ModelInferRequest malformed(TritonRequests requests, Random random, int number) {
    DecodePrompt prompt =
        new DecodePrompt(
            new int[] {1, CountingModel.PLACEHOLDER, 2, CountingModel.PLACEHOLDER},
            new float[] {1, 2, 3, 4});
    ModelInferRequest good =
        requests.write(
            "r" + number,
            prompt.ids(),
            List.of(DecodePrompt.block(prompt.latents(), 2)),
            new DecodeTask.Generate(SamplingSettings.GREEDY, 4),
            Duration.ofSeconds(30),
            LatentType.FP32);
    return switch (random.nextInt(9)) {
      case 0 -> without(good, random.nextInt(good.getInputsCount()));
      case 1 -> raw(good, "INPUT_IDS", longs(1, 1_000_000), 2);
      case 2 -> raw(good, "INPUT_IDS", longs(-1), 1);
      case 3 -> raw(good, "LATENTS", floats(Float.NaN, 0, Float.POSITIVE_INFINITY, 1), 2, 2);
      case 4 -> raw(good, "LATENTS", floats(new float[6]), 3, 2);
      case 5 -> raw(good, "LATENTS", floats(new float[6]), 2, 3);
      case 6 -> raw(good, "MAX_TOKENS", ints(random.nextBoolean() ? 0 : 1_000_000), 1);
      case 7 -> raw(good, "TEMPERATURE", floats(random.nextBoolean() ? -1 : Float.NaN), 1);
      default -> raw(good, "INPUT_IDS", ByteString.copyFrom(new byte[random.nextInt(7)]), 1);
    };
  }

  private static ModelInferRequest without(ModelInferRequest request, int input) {
    List<ByteString> contents = new ArrayList<>(request.getRawInputContentsList());
    contents.remove(input);
    return request.toBuilder()
        .removeInputs(input)
        .clearRawInputContents()
        .addAllRawInputContents(contents)
        .build();
  }

  private static ModelInferRequest raw(
      ModelInferRequest request, String name, ByteString contents, long... shape) {
    int at = CountedAnswer.index(request, name);
    InferInputTensor.Builder input = request.getInputs(at).toBuilder().clearShape();
    for (long size : shape) {
      input.addShape(size);
    }
    return request.toBuilder().setInputs(at, input).setRawInputContents(at, contents).build();
  }

  private static ByteString longs(long... values) {
    ByteBuffer bytes = buffer(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  private static ByteString ints(int... values) {
    ByteBuffer bytes = buffer(values.length * Integer.BYTES);
    bytes.asIntBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  private static ByteString floats(float... values) {
    ByteBuffer bytes = buffer(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return ByteString.copyFrom(bytes);
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
