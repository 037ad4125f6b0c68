package ai.laconic.decoder.engine.triton;

import static ai.laconic.decoder.engine.triton.FakeTriton.error;
import static ai.laconic.decoder.engine.triton.FakeTriton.finish;
import static ai.laconic.decoder.engine.triton.FakeTriton.last;
import static ai.laconic.decoder.engine.triton.FakeTriton.output;
import static ai.laconic.decoder.engine.triton.FakeTriton.reason;
import static ai.laconic.decoder.engine.triton.FakeTriton.response;
import static ai.laconic.decoder.engine.triton.FakeTriton.saying;
import static ai.laconic.decoder.engine.triton.FakeTriton.sayingAndDying;
import static ai.laconic.decoder.engine.triton.FakeTriton.sayingAndHanging;
import static ai.laconic.decoder.engine.triton.FakeTriton.tokens;
import static ai.laconic.decoder.engine.triton.FakeTriton.usage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.CountingModel;
import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.EngineLoad;
import ai.laconic.decoder.engine.RecordingListener;
import ai.laconic.inference.ModelStreamInferResponse;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A server that does everything wrong, over real gRPC. */
class TritonMisbehaviourTest {
  private static final int MAX_TOKENS = 8;

  private final TritonHarness harness;
  private final DecoderEngine engine;
  private final RecordingListener listener = new RecordingListener();

  TritonMisbehaviourTest() throws IOException {
    harness = new TritonHarness();
    engine = open(Duration.ofMinutes(1));
  }

  private DecoderEngine open(Duration timeout) {
    return harness.open(2, timeout);
  }

  @AfterEach
  void close() {
    harness.close();
  }

  /** Returns how a generation ended, as {@code CODE: description}. */
  private String outcome(DecoderEngine of, FakeTriton.Behaviour behaviour) {
    harness.triton.behaviour = behaviour;
    of.submit(CountingModel.request(CountingModel.startingWith(0), MAX_TOKENS), listener);
    await().atMost(Duration.ofSeconds(20)).until(listener::ended);
    assertThat(listener.endsAndTokensAfter()).isEqualTo(1);
    await().until(() -> of.load().equals(new EngineLoad(0, 0)));
    return String.valueOf(Objects.requireNonNull(listener.problem(), "problem").getMessage());
  }

  private String outcome(ModelStreamInferResponse... responses) {
    return outcome(engine, saying(responses));
  }

  @Test
  void fallsSilentAfterAToken() {
    harness.stallLimit = Duration.ofMillis(50);

    assertThat(outcome(open(TritonHarness.LONG), sayingAndHanging(tokens(1))))
        .isEqualTo("UNAVAILABLE: engine: triton: after 1 tokens: nothing more for 50 ms");
    await().until(() -> harness.triton.cancelled.get() == 1);
  }

  @Test
  void refusesTheRequestBeforeItIsIssued() {
    assertThat(outcome(engine, sayingAndHanging(error("Request for unknown model: 'x'"))))
        .isEqualTo("UNAVAILABLE: engine: triton: after 0 tokens: Request for unknown model: 'x'");
    await().until(() -> harness.triton.cancelled.get() == 1);
  }

  @Test
  void refusesTheRequestWithAStatusOfItsOwn() {
    assertThat(
            outcome(
                error(
                    "Failed to process: RESOURCE_EXHAUSTED: generations waiting: 65"
                        + " (expected: at most 64)\nat model.py")))
        .startsWith("RESOURCE_EXHAUSTED: triton: generations waiting: 65 (expected: at most 64)");
    assertThat(listener.tokens()).isEmpty();
  }

  @Test
  void saysThatThePromptIsTooLong() {
    assertThat(outcome(error("OUT_OF_RANGE: prompt: 300 positions (expected: at most 200)")))
        .startsWith("OUT_OF_RANGE: triton: prompt: 300 positions");
  }

  @Test
  void saysThatTheTimeIsOver() {
    assertThat(outcome(tokens(1), error("DEADLINE_EXCEEDED: 3000 ms (expected: at most 2000)")))
        .startsWith("DEADLINE_EXCEEDED: generation: deadline passed after 1 tokens");
  }

  @Test
  void losesAResponse() {
    assertThat(outcome(tokens(1), tokens(3), finish("stop", 1, 3), last()))
        .isEqualTo(
            "DATA_LOSS: triton response: USAGE: [1, 3]"
                + " (expected: [1, 2], positions of the prompt and tokens that came)");
    assertThat(listener.tokens()).containsExactly(1, 3);
  }

  @Test
  void readsAnotherPrompt() {
    assertThat(outcome(finish("stop", 2, 0), last()))
        .startsWith("DATA_LOSS: triton response: USAGE: [2, 0] (expected: [1, 0], ");
  }

  @Test
  void endsWithoutUsage() {
    assertThat(outcome(tokens(1), reason("stop"), last()))
        .isEqualTo(
            "DATA_LOSS: triton response: outputs: FINISH_REASON alone"
                + " (expected: FINISH_REASON and USAGE together)");
  }

  @Test
  void countsBeforeTheEnd() {
    assertThat(outcome(response(usage(1, 0))))
        .startsWith("DATA_LOSS: triton response: outputs: USAGE alone");
  }

  @Test
  void sendsUsageThatIsNone() {
    assertThat(outcome(response(output("USAGE", "INT32", List.of(2L), zeros(8)))))
        .endsWith("USAGE datatype: INT32 (expected: INT64)");
  }

  @Test
  void sendsUsageOfAnotherShape() {
    assertThat(outcome(response(output("USAGE", "INT64", List.of(1L), zeros(8)))))
        .endsWith("USAGE shape: [1] (expected: [2])");
  }

  @Test
  void failsAndThenGoesOn() {
    assertThat(outcome(tokens(1), error("CUDA error"), tokens(2), finish("stop", 1, 2), last()))
        .isEqualTo("UNAVAILABLE: engine: triton: after 1 tokens: CUDA error");
    assertThat(listener.tokens()).containsExactly(1);
  }

  @Test
  void endsTheStreamWithoutAFinalResponse() {
    assertThat(outcome(tokens(1, 2), finish("stop", 1, 2)))
        .isEqualTo(
            "UNAVAILABLE: engine: triton: after 2 tokens:"
                + " the stream ended without a final response");
  }

  @Test
  void endsWithoutSayingWhy() {
    assertThat(outcome(tokens(1), last()))
        .isEqualTo(
            "DATA_LOSS: triton response: final without FINISH_REASON"
                + " (expected: stop or length before it)");
  }

  @Test
  void saysNothingForTooLong() {
    assertThat(outcome(open(Duration.ofSeconds(1)), sayingAndHanging(tokens(1, 2, 3))))
        .startsWith("DEADLINE_EXCEEDED: generation: deadline passed after 3 tokens");
    await().until(() -> harness.triton.cancelled.get() == 1);
  }

  @Test
  void diesInMidStream() {
    Status death = Status.UNAVAILABLE.withDescription("connection reset");
    assertThat(outcome(engine, sayingAndDying(death, tokens(1), tokens(2))))
        .isEqualTo("UNAVAILABLE: engine: after 2 tokens: triton: connection reset");
  }

  @Test
  void isNotThere() throws InterruptedException {
    harness.healthInterval = TritonHarness.LONG;
    DecoderEngine unaware = open(TritonHarness.LONG);
    harness.servers.get(0).kill();
    assertThat(outcome(unaware, saying()))
        .startsWith("UNAVAILABLE: engine: after 0 tokens: triton");
  }

  @Test
  void saysMoreAfterTheEnd() {
    harness.triton.behaviour =
        sayingAndHanging(tokens(1), finish("length", 1, 1), last(), tokens(2), error("late"));
    engine.submit(CountingModel.request(CountingModel.startingWith(0), MAX_TOKENS), listener);

    await().until(() -> harness.triton.cancelled.get() == 1);
    assertThat(listener.tokens()).containsExactly(1);
    assertThat(listener.reason()).isEqualTo(EndReason.LENGTH);
    assertThat(listener.endsAndTokensAfter()).isEqualTo(1);
  }

  @Test
  void saysMoreAfterTheReason() {
    assertThat(outcome(finish("stop", 1, 0), tokens(1), last()))
        .contains("outputs after FINISH_REASON (expected: the final response)");
  }

  @Test
  void sendsAnotherType() {
    assertThat(outcome(response(output("TOKEN_ID", "FP32", List.of(1L), zeros(4)))))
        .isEqualTo(
            "DATA_LOSS: triton response: TOKEN_ID datatype: FP32 (expected: INT32 or INT64)");
  }

  @Test
  void sendsAnotherShape() {
    assertThat(outcome(response(output("TOKEN_ID", "INT32", List.of(1L, 1L), zeros(4)))))
        .isEqualTo("DATA_LOSS: triton response: TOKEN_ID shape: [1, 1] (expected: [k])");
  }

  @Test
  void sendsFewerBytesThanTheShapeSays() {
    assertThat(outcome(response(output("TOKEN_ID", "INT64", List.of(2L), zeros(15)))))
        .isEqualTo("DATA_LOSS: triton response: TOKEN_ID bytes: 15 (expected: 16)");
  }

  @Test
  void sendsMoreTokensThanAllowed() {
    assertThat(outcome(tokens(1, 2, 3, 4, 5), tokens(6, 7, 8, 9)))
        .isEqualTo("DATA_LOSS: triton response: TOKEN_ID: 5 + 4 tokens (expected: at most 8)");
    assertThat(listener.tokens()).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void sendsAnIdThatDoesNotExist() {
    assertThat(outcome(tokens(100)))
        .isEqualTo("DATA_LOSS: triton response: TOKEN_ID: 100 (expected: 0 to 99)");
  }

  @Test
  void sendsAnOutputNobodyAskedFor() {
    assertThat(outcome(response(output("LOGITS", "FP32", List.of(1L), zeros(4)))))
        .isEqualTo(
            "DATA_LOSS: triton response: output: LOGITS"
                + " (expected: TOKEN_ID, FINISH_REASON or USAGE)");
  }

  @Test
  void sendsContentsThatAreNotRaw() {
    assertThat(
            outcome(
                response(
                    output("TOKEN_ID", "INT32", List.of(1L), zeros(4)).clearRawOutputContents())))
        .isEqualTo(
            "DATA_LOSS: triton response: raw_output_contents: 0"
                + " (expected: 1, one for each output)");
  }

  @Test
  void sendsAReasonThatIsNone() {
    assertThat(outcome(reason("bored")))
        .isEqualTo("DATA_LOSS: triton response: FINISH_REASON: bored (expected: stop or length)");
  }

  @Test
  void sendsAReasonThatIsCutOff() {
    ByteString cut = FakeTriton.bytes("stop").substring(0, 6);
    assertThat(outcome(response(output("FINISH_REASON", "BYTES", List.of(1L), cut))))
        .isEqualTo("DATA_LOSS: triton response: FINISH_REASON bytes: 6 (expected: 8)");
  }

  @Test
  void answersAnotherRequest() {
    assertThat(outcome(response(output("TOKEN_ID", "INT32", List.of(1L), zeros(4)).setId("other"))))
        .isEqualTo("DATA_LOSS: triton response: id: other (expected: 1)");
  }

  private static ByteString zeros(int count) {
    return ByteString.copyFrom(new byte[count]);
  }
}
