package ai.laconic.encoder.engine;

import static ai.laconic.encoder.Patience.await;
import static ai.laconic.encoder.engine.FakeTriton.failing;
import static ai.laconic.encoder.engine.FakeTriton.hanging;
import static ai.laconic.encoder.engine.FakeTriton.saying;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.encoder.Statuses;
import ai.laconic.encoder.batch.FakeEncoder;
import ai.laconic.inference.ModelInferResponse;
import ai.laconic.runtime.model.CompressionRatio;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server that does everything wrong, over real gRPC. The right answer has shape [2, 2, 3]. */
class TritonMisbehaviourTest {
  private static final ModelShape SHAPE = new ModelShape(new CompressionRatio(4), 8, 3, 100);
  private static final List<int[]> WINDOWS = List.of(new int[] {1, 2, 3, 4, 5}, new int[] {6});

  private final TritonHarness harness = new TritonHarness(new FakeEncoder(4, 3), SHAPE);
  private final EncoderEngine engine = harness.open(Duration.ofMinutes(1), 1000);

  @AfterEach
  void close() throws InterruptedException {
    harness.close();
  }

  private static ModelInferResponse.Builder right() {
    ByteBuffer raw = ByteBuffer.allocate(12 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return TensorModel.latents("1", List.of(2L, 2L, 3L), raw);
  }

  private void assertLoss(Consumer<ModelInferResponse.Builder> wrong, String message) {
    ModelInferResponse.Builder response = right().setId("");
    wrong.accept(response);
    harness.triton.behave(saying(response.build()));
    Statuses.assertFails(Status.Code.DATA_LOSS, () -> engine.encode(WINDOWS))
        .isEqualTo("triton response: " + message);
  }

  @Test
  void behaves() {
    harness.triton.behave(saying(right().build()));
    assertThat(engine.encode(WINDOWS)).containsExactly(new float[6], new float[3]);
  }

  @Test
  void answersAnotherRequest() {
    assertLoss(response -> response.setId("x"), "id: x (expected: 1)");
  }

  @Test
  void answersOtherOutputs() {
    assertLoss(ModelInferResponse.Builder::clearOutputs, "outputs: 0 (expected: 1)");
    assertLoss(response -> response.addOutputs(response.getOutputs(0)), "outputs: 2 (expected: 1)");
    assertLoss(
        response -> response.getOutputsBuilder(0).setName("X"), "output: X (expected: LATENTS)");
    assertLoss(
        response -> response.getOutputsBuilder(0).setDatatype("FP16"),
        "LATENTS datatype: FP16 (expected: FP32)");
  }

  @Test
  void answersOtherShapes() {
    assertLoss(
        response -> response.getOutputsBuilder(0).setShape(1, 3),
        "LATENTS shape: [2, 3, 3] (expected: [2, 2, 3])");
    assertLoss(
        response -> response.getOutputsBuilder(0).clearShape(),
        "LATENTS shape: [] (expected: [2, 2, 3])");
    assertLoss(
        response -> response.getOutputsBuilder(0).setShape(0, Long.MIN_VALUE),
        "LATENTS shape: [-9223372036854775808, 2, 3] (expected: [2, 2, 3])");
  }

  @Test
  void answersOtherBytes() {
    assertLoss(
        ModelInferResponse.Builder::clearRawOutputContents, "raw_output_contents: 0 (expected: 1)");
    assertLoss(
        response -> response.setRawOutputContents(0, response.getRawOutputContents(0).substring(1)),
        "LATENTS bytes: 47 (expected: 48)");
  }

  @Test
  void answersWhatIsNoNumber() {
    assertLoss(
        value(7, Float.NEGATIVE_INFINITY), "LATENTS[7]: -Infinity (expected: a finite number)");
    harness.triton.behave(saying(withValue(11, Float.NaN)));
    assertThat(engine.encode(WINDOWS)).as("behind a window's end").hasSize(2);
  }

  private static Consumer<ModelInferResponse.Builder> value(int index, float value) {
    return response ->
        response.setRawOutputContents(0, withValue(index, value).getRawOutputContents(0));
  }

  private static ModelInferResponse withValue(int index, float value) {
    ByteBuffer raw = ByteBuffer.allocate(12 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.putFloat(index * Float.BYTES, value);
    return TensorModel.latents("", List.of(2L, 2L, 3L), raw).build();
  }

  @Test
  void hasNoRoom() {
    harness.triton.behave(
        failing(
            Status.INTERNAL.withDescription(
                "Failed: RESOURCE_EXHAUSTED: batches waiting: 9 (expected: at most 8)\nat x.py")));
    Statuses.assertFailsForNow(Status.Code.RESOURCE_EXHAUSTED, () -> engine.encode(WINDOWS))
        .startsWith("triton: batches waiting: 9 (expected: at most 8)");
  }

  @Test
  void blamesTheRequest() {
    // Nobody's in particular: a batch has windows of many callers.
    harness.triton.behave(
        failing(Status.INTERNAL.withDescription("INVALID_ARGUMENT: lengths[1]: 9 (expected: 8)")));
    Statuses.assertFailsForNow(Status.Code.UNAVAILABLE, () -> engine.encode(WINDOWS))
        .isEqualTo("triton: INVALID_ARGUMENT: lengths[1]: 9 (expected: 8)");
  }

  @Test
  void hasAnotherModel() {
    String refusal = "FAILED_PRECONDITION: fingerprint: b (expected: a)";
    harness.triton.behave(failing(Status.INTERNAL.withDescription(refusal)));
    Statuses.assertFailsForNow(Status.Code.UNAVAILABLE, () -> engine.encode(WINDOWS))
        .isEqualTo("triton: " + refusal);
  }

  @Test
  void fails() {
    harness.triton.behave(failing(Status.INTERNAL.withDescription("CUDA error")));
    Statuses.assertFailsForNow(Status.Code.UNAVAILABLE, () -> engine.encode(WINDOWS))
        .isEqualTo("triton: CUDA error");
    harness.triton.behave(failing(Status.NOT_FOUND));
    Statuses.assertFailsForNow(Status.Code.UNAVAILABLE, () -> engine.encode(WINDOWS))
        .isEqualTo("triton: NOT_FOUND");
    harness.triton.behave(failing(Status.UNAVAILABLE.withDescription("queue is full")));
    Statuses.assertFailsForNow(Status.Code.UNAVAILABLE, () -> engine.encode(WINDOWS))
        .isEqualTo("triton: queue is full");
  }

  @Test
  void isLateByItsOwnClock() {
    harness.triton.behave(
        failing(Status.INTERNAL.withDescription("DEADLINE_EXCEEDED: batch: 61 s")));
    Statuses.assertFailsForNow(Status.Code.UNAVAILABLE, () -> engine.encode(WINDOWS))
        .isEqualTo("triton: batch: 61 s");
  }

  @Test
  void saysNothing() {
    harness.triton.behave(hanging());
    EncoderEngine impatient = harness.open(Duration.ofMillis(200), 1000);
    Statuses.assertFailsForNow(Status.Code.UNAVAILABLE, () -> impatient.encode(WINDOWS))
        .isEqualTo("triton: no answer in time");
    await().until(() -> harness.triton.cancelled.get() == 1);
  }

  @Test
  void isNotThere() throws Exception {
    harness.stopServer();
    Statuses.assertFailsForNow(Status.Code.UNAVAILABLE, () -> engine.encode(WINDOWS))
        .startsWith("triton: ");
  }
}
