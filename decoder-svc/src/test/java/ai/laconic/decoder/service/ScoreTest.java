package ai.laconic.decoder.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.DecodeRequest;
import ai.laconic.v1.DecoderScoreRequest;
import ai.laconic.v1.DecoderScoreResponse;
import ai.laconic.v1.DecoderServiceGrpc;
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
  private static List<DecoderScoreResponse> score(String text) {
    harness.script().says = harness.tokenizer.tokenize(text).ids();
    return ask(request(text));
  }

  private static DecoderScoreRequest.Builder request(String text) {
    DecodeRequest prompt = GoldenPrompts.text("question").build();
    return DecoderScoreRequest.newBuilder()
        .addAllTurns(prompt.getTurnsList())
        .setContinuation(text);
  }

  private static List<DecoderScoreResponse> ask(DecoderScoreRequest.Builder request) {
    return ImmutableList.copyOf(
        DecoderServiceGrpc.newBlockingStub(harness.channel()).score(request.build()));
  }

  private static List<TokenScore> tokens(List<DecoderScoreResponse> responses) {
    return responses.stream().flatMap(piece -> piece.getTokensList().stream()).toList();
  }

  @Test
  void sendsEveryScoreInOrderAndTheCostsLast() {
    String text = "🦊 one two ".repeat(30);
    int count = harness.tokenizer.tokenize(text).length();

    List<DecoderScoreResponse> responses = score(text);

    List<TokenScore> tokens = tokens(responses);
    assertThat(tokens).hasSize(count);
    for (int i = 0; i < count; i++) {
      assertThat(tokens.get(i).getLogprob()).isEqualTo(-i);
      assertThat(tokens.get(i).getFirstChoice()).isEqualTo(i % 2 == 0);
    }
    assertThat(responses).hasSizeGreaterThan(1);
    int last = responses.size() - 1;
    assertThat(responses.subList(0, last)).noneMatch(DecoderScoreResponse::hasUsage);
    assertThat(responses.get(last).getUsage().getGeneratedTokens()).isEqualTo(count);
    assertThat(responses.get(last).getUsage().getPromptPositions()).isPositive();
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

    List<DecoderScoreResponse> responses = ask(request("a").setEnds(true));

    assertThat(tokens(responses)).extracting(TokenScore::getText).containsExactly("a", "");
    assertThat(responses.get(0).getUsage().getGeneratedTokens()).isEqualTo(1);
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
    assertThatThrownBy(() -> score("")).hasMessageStartingWith("INVALID_ARGUMENT: continuation:");
    assertThatThrownBy(() -> score("a".repeat(262_145)))
        .hasMessageStartingWith("INVALID_ARGUMENT: continuation:");
    assertThatThrownBy(() -> score("?!".repeat(2000)))
        .hasMessageMatching("OUT_OF_RANGE: continuation: \\d+ tokens after a prompt of .*");
    assertThatThrownBy(() -> ask(request("so").clearTurns()))
        .hasMessageStartingWith("INVALID_ARGUMENT: turns:");
    assertThatThrownBy(() -> ask(request("so").setFingerprint("d".repeat(64))))
        .hasMessageStartingWith("FAILED_PRECONDITION: fingerprint: ");
    assertThatThrownBy(
            () ->
                DecoderServiceGrpc.newBlockingStub(harness.channelWithoutTenant())
                    .score(request("so").build())
                    .hasNext())
        .hasMessageStartingWith("UNAUTHENTICATED");
  }
}
