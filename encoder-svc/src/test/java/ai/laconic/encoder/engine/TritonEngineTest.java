package ai.laconic.encoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.encoder.batch.FakeEncoder;
import ai.laconic.inference.ModelInferRequest;
import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.CompressionRatio;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.model.ModelDirectoryException;
import ai.laconic.runtime.session.Device;
import ai.laconic.runtime.session.LatentEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A Triton whose model is the one that the other engine runs in process. */
class TritonEngineTest extends EncoderEngineContract {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private final LatentEncoder encoder;
  private final TritonHarness harness;

  TritonEngineTest() throws ModelDirectoryException {
    ModelDirectory model = ModelDirectory.open(Golden.checkpoint());
    encoder = LatentEncoder.open(model, Device.CPU, 1);
    harness = new TritonHarness(encoder::encode, ModelShape.of(model));
  }

  @Override
  protected EncoderEngine open(ModelDirectory model) {
    return harness.open(TIMEOUT, 1 << 20);
  }

  @AfterEach
  void close() throws InterruptedException {
    harness.close();
    encoder.close();
  }

  @Test
  void sendsOneRequestForABatch() {
    engine().encode(List.of(new int[] {7, 8, 9, 10, 11}, new int[] {5}));

    assertThat(harness.triton.requests).hasSize(1);
    ModelInferRequest request = harness.triton.requests.get(0);
    assertThat(request.getModelName()).isEqualTo("lclm_encoder");
    assertThat(request.getOutputsList()).extracting(output -> output.getName()).contains("LATENTS");
    assertThat(request.getInputs(0).getShapeList()).containsExactly(2L, 8L);
    ByteBuffer ids = ByteBuffer.allocate(16 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long id : new long[] {7, 8, 9, 10, 11, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0}) {
      ids.putLong(id);
    }
    assertThat(request.getRawInputContents(0).toByteArray()).isEqualTo(ids.array());
    assertThat(request.getRawInputContents(1).toByteArray())
        .containsExactly(5, 0, 0, 0, 1, 0, 0, 0);
    assertThat(request.getParametersOrThrow("fingerprint").getStringParam())
        .isEqualTo(TritonHarness.FINGERPRINT);
  }

  @Test
  void sendsAFewWhereOneResponseWouldBeTooLarge() throws Exception {
    ModelShape shape = new ModelShape(new CompressionRatio(4), 8, 16, 100);
    FakeEncoder model = new FakeEncoder(4, 16);
    try (TritonHarness small = new TritonHarness(model, shape)) {
      EncoderEngine engine = small.open(TIMEOUT, shape.bytes(4));

      List<float[]> latents =
          engine.encode(
              List.of(new int[] {1, 1}, new int[] {2}, ids(3, 5), ids(4, 8), new int[] {5}));

      assertThat(latents)
          .extracting(own -> own.length / 16 * 100 + own[0])
          .containsExactly(101f, 102f, 203f, 204f, 105f);
      assertThat(model.batches()).extracting(List::size).containsExactly(2, 2, 1);
    }
  }

  private static int[] ids(int value, int count) {
    int[] ids = new int[count];
    java.util.Arrays.fill(ids, value);
    return ids;
  }

  @Test
  void refusesAModelWhoseWindowsDoNotFitIntoAResponse() {
    ModelShape shape = ModelShape.of(model());
    assertThatThrownBy(() -> harness.open(TIMEOUT, shape.bytes(16) - 1))
        .hasMessage(
            "latents of a window of 64 tokens: "
                + shape.bytes(16)
                + " bytes (expected: at most "
                + (shape.bytes(16) - 1)
                + " with engine triton)");
  }

  @Test
  void isReadyWhileTheModelIs() throws Exception {
    harness.triton.ready(true, false);
    assertThat(engine().ready()).isFalse();
    harness.triton.ready(false, true);
    assertThat(engine().ready()).as("another model of a strict server is broken").isTrue();
    harness.stopServer();
    assertThat(engine().ready()).isFalse();
  }

  @Test
  void isNotReadyWhileTritonHasAnotherModel() {
    harness.triton.serve("another");
    assertThat(engine().ready()).isFalse();
    harness.triton.serve("");
    assertThat(engine().ready()).isFalse();
    harness.triton.serve(TritonHarness.FINGERPRINT);
    assertThat(engine().ready()).isTrue();
    engine().close();
    assertThat(engine().ready()).isFalse();
  }
}
