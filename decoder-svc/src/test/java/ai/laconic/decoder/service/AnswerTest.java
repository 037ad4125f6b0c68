package ai.laconic.decoder.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.servicekit.error.Problems;
import ai.laconic.v1.FinishReason;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of the tokens of an engine that says what it is told to. */
@SuppressWarnings("NullAway.Init")
class AnswerTest {
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
    harness.script().problem = Optional.empty();
    harness.script().reason = EndReason.STOP;
    harness.script().cancels.set(0);
  }

  private static int[] say(String text) {
    int[] ids = harness.tokenizer.tokenize(text).ids();
    harness.script().says = ids;
    return ids;
  }

  private static Answer ask(String... stops) {
    var request = GoldenPrompts.text("question");
    for (String stop : stops) {
      request.getGenerationBuilder().addStop(stop);
    }
    return Answer.to(harness.channel(), request);
  }

  @Test
  void sendsCharactersAsWholes() {
    String text = "🦊🚀 日本語 Grüße: fin";
    int[] ids = say(text);

    Answer answer = ask();

    assertThat(answer.text()).isEqualTo(text);
    assertThat(answer.pieces()).noneMatch(piece -> piece.contains("\uFFFD") || piece.isEmpty());
    assertThat(answer.finished().getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(answer.finished().getUsage().getGeneratedTokens()).isEqualTo(ids.length);
  }

  @Test
  void sendsNothingOfAStopStringAndCancelsTheRest() {
    int[] ids = say("The answer is 42. END of the answer, and much more of it");
    harness.script().reason = EndReason.LENGTH;

    Answer answer = ask("nowhere", " END of");

    assertThat(answer.text()).isEqualTo("The answer is 42.");
    assertThat(answer.finished().getReason()).isEqualTo(FinishReason.FINISH_REASON_STOP);
    assertThat(answer.finished().getUsage().getGeneratedTokens()).isLessThan(ids.length);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () -> assertThat(harness.script().cancels).matches(cancels -> cancels.get() > 0));
  }

  @Test
  void sendsWhatWasHeldBackIfNoStopStringCame() {
    say("It may EN");
    harness.script().reason = EndReason.LENGTH;

    Answer answer = ask("END");

    assertThat(answer.text()).isEqualTo("It may EN");
    assertThat(answer.finished().getReason()).isEqualTo(FinishReason.FINISH_REASON_LENGTH);
  }

  @Test
  void anEmptyAnswerIsOne() {
    harness.script().says = new int[0];

    Answer answer = ask();

    assertThat(answer.pieces()).isEmpty();
    assertThat(answer.finished().getUsage().getGeneratedTokens()).isZero();
  }

  @Test
  void anEngineThatFailsEndsTheCallWithItsStatus() {
    say("so far");
    harness.script().problem =
        Optional.of(Problems.unavailable("engine", "after 2 tokens", Duration.ofSeconds(1)));

    assertThatThrownBy(() -> ask()).hasMessage("UNAVAILABLE: engine: after 2 tokens");
  }
}
