package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.Statuses.saysRetry;
import static ai.laconic.gateway.prompt.Prompts.compress;
import static ai.laconic.gateway.prompt.Prompts.context;
import static ai.laconic.gateway.prompt.Prompts.text;
import static ai.laconic.gateway.prompt.Prompts.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ai.laconic.gateway.GatewayFixture;
import ai.laconic.gateway.fake.FakeDecoder;
import ai.laconic.gateway.fake.Models;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.FinishReason;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.Model;
import ai.laconic.v1.Part;
import ai.laconic.v1.Sampling;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GenerateFailureTest {
  private static final ContextOptions FOUR = ContextOptions.newBuilder().setRatio(4).build();
  private static final String UNKNOWN = "ctx_" + "0".repeat(32);

  private final GatewayFixture gateway = GatewayFixture.with();

  @AfterEach
  void close() {
    gateway.close();
  }

  private static GenerateRequest request(Part... parts) {
    return GenerateRequest.newBuilder().addTurns(user(parts)).build();
  }

  private StatusRuntimeException fails(Code code, String message, GenerateRequest request) {
    return fails(gateway, code, message, request);
  }

  private static StatusRuntimeException fails(
      GatewayFixture gateway, Code code, String message, GenerateRequest request) {
    return assertFails(
        code, message, () -> ImmutableList.copyOf(gateway.generation().generate(request)));
  }

  @Test
  void unknownRatio() {
    fails(
        Code.INVALID_ARGUMENT,
        "ratio: 5 (expected: 4 or 16)",
        request(text("Hi")).toBuilder().setRatio(5).build());
  }

  @Test
  void unknownContext() {
    fails(
        Code.NOT_FOUND,
        "context: " + UNKNOWN + " (expected: an ID that exists)",
        request(context(UNKNOWN)));
  }

  @Test
  void aForeignContext() {
    gateway.cache.hold("blue", Manifests.context(Manifests.ONE, 0), List.of("text"));
    fails(Code.NOT_FOUND, "context: " + Manifests.ONE, request(context(Manifests.ONE)));
  }

  @Test
  void aSegmentThatTheContextDoesNotHave() throws Exception {
    Context context = gateway.upload(FOUR, "Some text.");
    fails(
        Code.OUT_OF_RANGE,
        "turns[0].parts[0].context.expand: 9 (expected: 0 to 0)",
        request(context(context.getId(), 9)));
  }

  @Test
  void contextsOfTwoModels() throws Exception {
    Context four = gateway.upload(FOUR, "Some text.");
    Context sixteen = gateway.upload(FOUR.toBuilder().setRatio(16).build(), "Some text.");
    fails(
        Code.FAILED_PRECONDITION,
        "ratio of context " + sixteen.getId() + ": 16 (expected: 4 as context " + four.getId(),
        request(context(four.getId()), context(sixteen.getId())));
    assertThat(gateway.decoder4.requests).isEmpty();
  }

  @Test
  void aContextThatNoPoolCanRead() {
    Context eight = Manifests.context(Manifests.ONE, 0).toBuilder().setRatio(8).build();
    gateway.cache.hold("default", eight, List.of("text"));
    fails(
        Code.FAILED_PRECONDITION,
        "ratio of context "
            + Manifests.ONE
            + ": 8 (expected: the ratio of a pool: 4 (four), 16 (sixteen))",
        request(context(Manifests.ONE)));
  }

  @Test
  void nothingToCompress() {
    fails(
        Code.INVALID_ARGUMENT,
        "turns[0].parts[0].compress: white space (expected: some text)",
        request(compress("  ")));
    fails(Code.INVALID_ARGUMENT, "turns[0].parts[0].compress: ", request(compress("")));
    fails(
        Code.INVALID_ARGUMENT,
        "turns[0].parts[0].part: missing",
        request(Part.getDefaultInstance()));
    fails(Code.INVALID_ARGUMENT, "turns: ", GenerateRequest.getDefaultInstance());
  }

  @Test
  void anEncoderThatFailsInline() {
    gateway.encoder4.script =
        (request, windows) ->
            windows.onError(Problems.exhausted("queue", 9, "at most 8", Duration.ofMillis(5)));
    assertThat(
            saysRetry(
                fails(
                    Code.RESOURCE_EXHAUSTED,
                    "queue: 9 (expected: at most 8)",
                    request(compress("Some text.")))))
        .isTrue();
    assertThat(gateway.decoder4.requests).isEmpty();
  }

  @Test
  void aDecoderThatRefusesKeepsItsDetails() {
    gateway.decoder4.script =
        (request, answers) ->
            answers.onError(Problems.exhausted("slots", 9, "at most 8", Duration.ofMillis(5)));
    assertThat(saysRetry(fails(Code.RESOURCE_EXHAUSTED, "slots: 9", request(text("Hi"))))).isTrue();
    gateway.decoder4.script =
        (request, answers) ->
            answers.onError(Problems.outOfRange("prompt", "5000 positions", "at most 4096"));
    assertThat(
            saysRetry(
                fails(
                    Code.OUT_OF_RANGE,
                    "prompt: 5000 positions (expected: at most 4096)",
                    request(text("Hi")))))
        .isFalse();
  }

  @Test
  void aDecoderOfAnotherModel() throws Exception {
    Context kept = gateway.upload(FOUR, "Some text.");
    Context bare = gateway.upload(FOUR.toBuilder().setDiscardSource(true).build(), "Some text.");
    Model before = gateway.decoder4.model;
    gateway.decoder4.model = Models.model(Models.FINGERPRINT_B, 4);
    gateway.decoder4Tier.rollOut(before, gateway.decoder4.model);
    await()
        .untilAsserted(
            () ->
                fails(
                    Code.FAILED_PRECONDITION,
                    "fingerprint of context " + bare.getId(),
                    request(context(bare.getId()))));
    // Its text can be read, once encoders have followed.
    fails(Code.UNAVAILABLE, "once a rollout is ", request(context(kept.getId())));
  }

  @Test
  void aDecoderThatIsUnavailableAtFirstIsAskedOnceMore() {
    AtomicInteger calls = new AtomicInteger();
    gateway.decoder4.script =
        (request, answers) -> {
          if (calls.incrementAndGet() == 1) {
            answers.onError(Status.UNAVAILABLE.asRuntimeException());
          } else {
            FakeDecoder.sayHello(answers);
          }
        };
    assertThat(ImmutableList.copyOf(gateway.generation().generate(request(text("Hi"))))).hasSize(4);
    assertThat(calls).hasValue(2);
  }

  @Test
  void aDecoderThatStaysUnavailableIsGivenUp() {
    gateway.decoder4.script =
        (request, answers) -> answers.onError(Status.UNAVAILABLE.asRuntimeException());
    assertThat(saysRetry(fails(Code.UNAVAILABLE, "decoder of pool four", request(text("Hi")))))
        .isTrue();
    assertThat(gateway.decoder4.requests).hasSizeGreaterThan(1);
  }

  @Test
  void aDecoderThatDiesMidwayIsNotSeenByTheClient() {
    AtomicInteger calls = new AtomicInteger();
    gateway.decoder4.script =
        (request, answers) -> {
          answers.onNext(FakeDecoder.started());
          switch (calls.incrementAndGet()) {
            case 1 -> {
              answers.onNext(FakeDecoder.text("Hel"));
              answers.onError(Status.UNAVAILABLE.withDescription("killed").asRuntimeException());
            }
            case 2 -> {
              answers.onNext(FakeDecoder.text("Hello, w"));
              answers.onError(Status.UNAVAILABLE.withDescription("killed").asRuntimeException());
            }
            default -> {
              answers.onNext(FakeDecoder.text("Hello, world"));
              answers.onNext(FakeDecoder.finished());
              answers.onCompleted();
            }
          }
        };
    GenerateRequest request =
        request(text("Hi")).toBuilder()
            .setSampling(Sampling.newBuilder().setTemperature(1))
            .build();

    List<GenerateResponse> answers = ImmutableList.copyOf(gateway.generation().generate(request));

    assertThat(answers).hasSize(5);
    assertThat(answers.get(0).hasStarted()).isTrue();
    assertThat(answers.subList(1, 4))
        .extracting(GenerateResponse::getText)
        .containsExactly("Hel", "lo, w", "orld");
    assertThat(answers.get(4).getFinished().getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(ImmutableSet.copyOf(gateway.decoder4.requests))
        .as("the same request, seed included")
        .hasSize(1);
    assertThat(calls).hasValue(3);
  }

  @Test
  void aDecoderThatGoesOnDifferentlyIsNotHandedOn() {
    AtomicInteger calls = new AtomicInteger();
    gateway.decoder4.script =
        (request, answers) -> {
          answers.onNext(FakeDecoder.started());
          answers.onNext(FakeDecoder.text(calls.incrementAndGet() == 1 ? "Hel" : "Hi!"));
          answers.onError(Status.UNAVAILABLE.withDescription("killed").asRuntimeException());
        };
    Iterator<GenerateResponse> answers = gateway.generation().generate(request(text("Hi")));
    assertThat(answers.next().getStarted().getPool()).isEqualTo("four");
    assertThat(answers.next().getText()).isEqualTo("Hel");
    assertFails(
        Code.UNAVAILABLE,
        "decoder of pool four: broke off after 3 characters, and another try said something else",
        answers::hasNext);
    assertThat(calls).as("a third try would be no better").hasValue(2);
  }

  @Test
  void aDecoderThatNeverGetsToTheEndIsGivenUp() {
    try (GatewayFixture impatient =
        GatewayFixture.with(
            "generation.patience", "2s", "pools[0].decoder.breaker.failure-rate", "100")) {
      impatient.decoder4.script =
          (request, answers) -> {
            answers.onNext(FakeDecoder.started());
            answers.onError(Status.UNAVAILABLE.withDescription("killed").asRuntimeException());
          };
      fails(impatient, Code.UNAVAILABLE, "decoder of pool four: killed", request(text("Hi")));
      impatient.decoder4.script =
          (request, answers) -> {
            answers.onNext(FakeDecoder.started());
            answers.onCompleted();
          };
      fails(
          impatient,
          Code.UNAVAILABLE,
          "decoder of pool four: ended its answer without saying why",
          request(text("Hi")));
      impatient.decoder4.script =
          (request, answers) -> {
            answers.onNext(DecodeResponse.getDefaultInstance());
            answers.onCompleted();
          };
      fails(
          impatient,
          Code.UNAVAILABLE,
          "decoder of pool four: sent an empty event",
          request(text("Hi")));
    }
  }

  @Test
  void aDecoderThatNeverAnswersIsLate() {
    gateway.decoder4.script = (request, answers) -> {};
    assertFails(
        Code.DEADLINE_EXCEEDED,
        "",
        () ->
            ImmutableList.copyOf(
                gateway
                    .generation()
                    .withDeadlineAfter(2, TimeUnit.SECONDS)
                    .generate(request(text("Hi")))));
    await().until(() -> gateway.decoder4.cancelled.get() == 1);
  }

  @Test
  void aDecoderThatSaysNothingForTooLongIsLetGo() {
    try (GatewayFixture hasty =
        GatewayFixture.with(
            "pools[0].decoder.stream-idle-timeout", "200ms", "generation.patience", "2s")) {
      hasty.decoder4.script = (request, answers) -> answers.onNext(FakeDecoder.started());
      fails(
          hasty,
          Code.UNAVAILABLE,
          "decoder of pool four: said nothing for 200 ms (stream-idle-timeout)",
          request(text("Hi")));
      await().until(() -> hasty.decoder4.cancelled.get() == hasty.decoder4.requests.size());
    }
  }

  @Test
  void aDecoderThatIsGone() {
    gateway.decoder4Tier.close();
    fails(
        Code.UNAVAILABLE,
        "decoder of pool four",
        request(text("Hi")).toBuilder().setRatio(4).build());
  }
}
