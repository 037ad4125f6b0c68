package ai.laconic.gateway.prompt;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.fake.FakeDecoder.finished;
import static ai.laconic.gateway.fake.FakeDecoder.score;
import static ai.laconic.gateway.fake.FakeDecoder.scored;
import static ai.laconic.gateway.fake.FakeDecoder.started;
import static ai.laconic.gateway.fake.FakeDecoder.text;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.v1.DecodeFinished;
import ai.laconic.v1.DecodeResponse;
import ai.laconic.v1.ScoreResponse;
import ai.laconic.v1.TokenScore;
import io.grpc.Status.Code;
import org.junit.jupiter.api.Test;

class ScoredAnswerTest {
  private final ScoredAnswer answer = new ScoredAnswer("four", 4, false);

  private ScoreResponse decoder(ScoredAnswer of, DecodeResponse... events) {
    of.begin();
    for (DecodeResponse event : events) {
      of.accept(event);
    }
    return of.last(0);
  }

  private void fails(String message, DecodeResponse... events) {
    assertFails(
        Code.UNAVAILABLE, "decoder of pool four: " + message, () -> decoder(answer, events));
  }

  @Test
  void collectsAllScores() {
    ScoreResponse response =
        decoder(
            answer,
            started(),
            scored(score("Hello", -0.5f, true), score(", ", -2, false)),
            scored(score("world", -0.25f, true)),
            finished(3));

    assertThat(response)
        .isEqualTo(
            ScoreResponse.newBuilder()
                .setPool("four")
                .setRatio(4)
                .addTokens(score("Hello", -0.5f, true))
                .addTokens(score(", ", -2, false))
                .addTokens(score("world", -0.25f, true))
                .setUsage(finished(3).getFinished().getUsage())
                .build());
  }

  @Test
  void theTokenThatEndsTheTurnIsScoredToo() {
    ScoredAnswer ending = new ScoredAnswer("four", 4, true);
    assertThat(
            decoder(ending, scored(score("Hello", -1, true), score("", -1, true)), finished(1))
                .getTokensCount())
        .isEqualTo(2);
    assertFails(
        Code.UNAVAILABLE,
        "ended its scores after 1 of 2 tokens",
        () -> decoder(ending, scored(score("Hello", -1, true)), finished(1)));
  }

  @Test
  void collectsAnewFromEachDecoder() {
    fails("ended its scores after 1 tokens", started(), scored(score("Hello", -1, true)));

    assertThat(
            decoder(
                    answer,
                    started(),
                    scored(score("Hello", -1, true)),
                    scored(score("!", -1, true)),
                    finished(2))
                .getTokensList())
        .extracting(TokenScore::getText)
        .containsExactly("Hello", "!");
    assertThat(answer.isRepeatable()).isTrue();
  }

  @Test
  void whatIsNotTheWholeAnswerIsNone() {
    fails("ended its scores after 1 tokens", started(), scored(score("Hello", -1, true)));
    fails("ended its scores after 0 of 3 tokens", started(), finished(3));
    fails(
        "ended its scores after 1 tokens",
        scored(score("Hello", -1, true)),
        DecodeResponse.newBuilder().setFinished(DecodeFinished.getDefaultInstance()).build());
    fails("sent text in place of scores", started(), text("Hello"));
    fails("sent an empty event", DecodeResponse.getDefaultInstance());
  }
}
