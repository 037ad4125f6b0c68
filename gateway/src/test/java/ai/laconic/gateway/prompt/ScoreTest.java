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
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.Part;
import ai.laconic.v1.ScoreRequest;
import ai.laconic.v1.ScoreResponse;
import ai.laconic.v1.TokenScore;
import ai.laconic.v1.Usage;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScoreTest {
  private static final ContextOptions FOUR = ContextOptions.newBuilder().setRatio(4).build();

  private final GatewayFixture gateway = GatewayFixture.with();

  @AfterEach
  void close() {
    gateway.close();
  }

  private static ScoreRequest request(Part... parts) {
    return ScoreRequest.newBuilder().addTurns(user(parts)).setContinuation("Hello, world").build();
  }

  private ScoreResponse score(ScoreRequest request) {
    return gateway.generation().score(request);
  }

  @Test
  void answersWithAllScoresOfThePool() throws Exception {
    Context context = gateway.upload(FOUR, "Some text.");

    ScoreResponse response =
        score(request(context(context.getId()), compress("More text."), text("Well?")));

    assertThat(response)
        .isEqualTo(
            ScoreResponse.newBuilder()
                .setPool("four")
                .setRatio(4)
                .addTokens(FakeDecoder.score("Hello", -0.5f, true))
                .addTokens(FakeDecoder.score(", ", -2, false))
                .addTokens(FakeDecoder.score("world", -0.25f, true))
                .setUsage(
                    Usage.newBuilder()
                        .setPromptPositions(12)
                        .setPromptLatents(5)
                        .setGeneratedTokens(3))
                .build());
    DecodeRequest asked = gateway.decoder4.requests.element();
    assertThat(asked.getScoring().getContinuation()).isEqualTo("Hello, world");
    assertThat(asked.getScoring().getEnds()).isFalse();
    assertThat(asked.getFingerprint()).isEqualTo(Models.FINGERPRINT_A);
    assertThat(asked.getTurns(0).getPartsList())
        .extracting(part -> part.hasRegion())
        .containsExactly(true, true, false);
    assertThat(gateway.decoder4.tenants).containsExactly("default");
  }

  @Test
  void handsOnThatTheTurnEnds() {
    gateway.decoder4.script =
        (request, answers) -> {
          answers.onNext(FakeDecoder.started());
          answers.onNext(
              FakeDecoder.scored(
                  FakeDecoder.score("Hello, world", -1, true), FakeDecoder.score("", -1, true)));
          answers.onNext(FakeDecoder.finished(1));
          answers.onCompleted();
        };

    ScoreResponse response = score(request(text("Hi")).toBuilder().setEnds(true).build());

    assertThat(response.getTokensCount()).isEqualTo(2);
    assertThat(gateway.decoder4.requests.element().getScoring().getEnds()).isTrue();
  }

  @Test
  void refusesWhatGenerateRefuses() {
    assertFails(
        Code.INVALID_ARGUMENT,
        "ratio: 5 (expected: 4 or 16)",
        () -> score(request(text("Hi")).toBuilder().setRatio(5).build()));
    assertFails(
        Code.NOT_FOUND, "context: ctx_0", () -> score(request(context("ctx_" + "0".repeat(32)))));
    assertFails(
        Code.INVALID_ARGUMENT,
        "continuation",
        () -> score(request(text("Hi")).toBuilder().clearContinuation().build()));
    assertFails(
        Code.INVALID_ARGUMENT,
        "continuation",
        () -> score(request(text("Hi")).toBuilder().setContinuation("a".repeat(262_145)).build()));
  }

  @Test
  void aDecoderThatCannotScoreSaysSoAndIsNotTakenForBroken() {
    gateway.decoder4.script =
        (request, answers) -> answers.onError(Problems.unimplemented("scoring", "triton", "onnx"));
    for (int i = 0; i < 150; i++) {
      assertFails(
          Code.UNIMPLEMENTED, "scoring: triton (expected: onnx)", () -> score(request(text("Hi"))));
    }

    gateway.decoder4.script = FakeDecoder::answer;
    assertThat(score(request(text("Hi"))).getTokensCount()).isEqualTo(3);
  }

  @Test
  void aDecoderThatIsUnavailableAtFirstIsAskedOnceMore() {
    AtomicInteger calls = new AtomicInteger();
    gateway.decoder4.script =
        (request, answers) -> {
          if (calls.incrementAndGet() == 1) {
            answers.onError(Status.UNAVAILABLE.asRuntimeException());
          } else {
            FakeDecoder.scoreHello(answers);
          }
        };

    assertThat(score(request(text("Hi"))).getTokensCount()).isEqualTo(3);
    assertThat(calls).hasValue(2);
  }

  @Test
  void aDecoderThatDiesMidwayIsNotSeenByTheClient() {
    AtomicInteger calls = new AtomicInteger();
    gateway.decoder4.script =
        (request, answers) -> {
          if (calls.incrementAndGet() == 1) {
            answers.onNext(FakeDecoder.started());
            answers.onNext(FakeDecoder.scored(FakeDecoder.score("Hello", -0.5f, true)));
            answers.onError(Status.UNAVAILABLE.withDescription("killed").asRuntimeException());
          } else {
            FakeDecoder.scoreHello(answers);
          }
        };

    assertThat(score(request(text("Hi"))).getTokensList())
        .extracting(TokenScore::getText)
        .containsExactly("Hello", ", ", "world");
    assertThat(calls).hasValue(2);
  }

  @Test
  void aDecoderThatAlwaysStopsMidwayIsNoAnswer() {
    try (GatewayFixture impatient = GatewayFixture.with("generation.patience", "2s")) {
      impatient.decoder4.script =
          (request, answers) -> {
            answers.onNext(FakeDecoder.scored(FakeDecoder.score("Hello", -1, true)));
            answers.onCompleted();
          };
      assertThat(
              saysRetry(
                  assertFails(
                      Code.UNAVAILABLE,
                      "decoder of pool four: ended its scores after 1 tokens",
                      () -> impatient.generation().score(request(text("Hi"))))))
          .isTrue();
    }
  }

  @Test
  void aDecoderThatNeverAnswersIsLateAndLetGo() {
    gateway.decoder4.script = (request, answers) -> {};

    assertFails(
        Code.DEADLINE_EXCEEDED,
        "",
        () ->
            gateway.generation().withDeadlineAfter(1, TimeUnit.SECONDS).score(request(text("Hi"))));

    await().until(() -> gateway.decoder4.cancelled.get() == 1);
  }
}
