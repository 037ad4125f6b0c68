package ai.laconic.decoder.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.DecodeFinished;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.DecoderServiceGrpc;
import ai.laconic.v1.FinishReason;
import ai.laconic.v1.ScoringTask;
import ai.laconic.v1.TokenScore;
import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the scores of an engine that says what it is told to. */
@SuppressWarnings("NullAway.Init")
class ScoreTest {
  private static DecoderHarness harness;

  @BeforeAll
  static void open() throws Exception {
    harness = DecoderHarness.scripted();
  }

  @AfterAll
  static void close() {
    harness.close();
  }

  @BeforeEach
  void reset() {
    harness.script().scores = true;
    harness.script().problem = Optional.empty();
    harness.script().reason = EndReason.LENGTH;
  }

  /** Asks for scores of a text, and lets the engine score exactly its tokens. */
  private static List<DecodeResponse> score(String text) {
    harness.script().says = harness.tokenizer.tokenize(text).ids();
    return ask(request(text));
  }

  private static DecodeRequest.Builder request(String text) {
    return GoldenPrompts.text("question")
        .setScoring(ScoringTask.newBuilder().setContinuation(text));
  }

  private static List<DecodeResponse> ask(DecodeRequest.Builder request) {
    return ImmutableList.copyOf(
        DecoderServiceGrpc.newBlockingStub(harness.channel()).decode(request.build()));
  }

  private static List<TokenScore> tokens(List<DecodeResponse> responses) {
    return responses.stream()
        .flatMap(response -> response.getScored().getTokensList().stream())
        .toList();
  }

  @Test
  void sendsEveryScoreInOrderAndTheCostsLast() {
    String text = "🦊 one two ".repeat(30);
    int count = harness.tokenizer.tokenize(text).length();

    List<DecodeResponse> responses = score(text);

    List<TokenScore> tokens = tokens(responses);
    assertThat(tokens).hasSize(count);
    for (int i = 0; i < count; i++) {
      assertThat(tokens.get(i).getLogprob()).isEqualTo(-i);
      assertThat(tokens.get(i).getFirstChoice()).isEqualTo(i % 2 == 0);
    }
    int last = responses.size() - 1;
    assertThat(responses.get(0).getStarted().getPromptPositions()).isPositive();
    assertThat(responses.subList(1, last))
        .hasSizeGreaterThan(1)
        .allMatch(DecodeResponse::hasScored);
    DecodeFinished finished = responses.get(last).getFinished();
    assertThat(finished.getReason()).isEqualTo(FinishReason.FINISH_REASON_UNSPECIFIED);
    assertThat(finished.getUsage().getGeneratedTokens()).isEqualTo(count);
    assertThat(finished.getUsage().getPromptPositions()).isPositive();
  }

  @Test
  void sendsCharactersAsWholes() {
    String text = "🦊🚀 日本語 Grüße";

    List<TokenScore> tokens = tokens(score(text));

    assertThat(tokens).noneMatch(token -> token.getText().contains("\uFFFD"));
    assertThat(String.join("", tokens.stream().map(TokenScore::getText).toList())).isEqualTo(text);
  }

  @Test
  void theTokenThatEndsTheTurnHasAScoreAndNoText() {
    int[] text = harness.tokenizer.tokenize("a").ids();
    int end = harness.tokenizer.specialId("<|im_end|>").orElseThrow();
    harness.script().says = new int[] {text[0], end};

    List<DecodeResponse> responses =
        ask(request("a").setScoring(ScoringTask.newBuilder().setContinuation("a").setEnds(true)));

    assertThat(tokens(responses)).extracting(TokenScore::getText).containsExactly("a", "");
    assertThat(responses.get(2).getFinished().getUsage().getGeneratedTokens()).isEqualTo(1);
  }

  @Test
  void anEngineThatFailsEndsTheCallWithItsStatus() {
    harness.script().problem =
        Optional.of(Problems.unavailable("engine", "after 2 tokens", Duration.ofSeconds(1)));

    assertThatThrownBy(() -> score("so far")).hasMessage("UNAVAILABLE: engine: after 2 tokens");
  }

  @Test
  void anEngineThatCannotScoreSaysSo() {
    harness.script().scores = false;

    assertThatThrownBy(() -> score("so far"))
        .hasMessageStartingWith("UNIMPLEMENTED: scoring: not made by engine scripted");
  }

  @Test
  void refusesWhatCannotBeScored() {
    assertThatThrownBy(() -> score(""))
        .hasMessageStartingWith("INVALID_ARGUMENT: scoring.continuation:");
    assertThatThrownBy(() -> score("a".repeat(262_145)))
        .hasMessageStartingWith("INVALID_ARGUMENT: scoring.continuation:");
    assertThatThrownBy(() -> score("?!".repeat(2000)))
        .hasMessageMatching("OUT_OF_RANGE: continuation: \\d+ tokens after a prompt of .*");
    assertThatThrownBy(() -> ask(request("so").clearTurns()))
        .hasMessageStartingWith("INVALID_ARGUMENT: turns:");
    assertThatThrownBy(() -> ask(request("so").setFingerprint("d".repeat(64))))
        .hasMessageStartingWith("FAILED_PRECONDITION: fingerprint: ");
    assertThatThrownBy(
            () ->
                DecoderServiceGrpc.newBlockingStub(harness.channelWithoutTenant())
                    .decode(request("so").build())
                    .hasNext())
        .hasMessageStartingWith("UNAUTHENTICATED");
  }
}
