package ai.laconic.decoder.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.laconic.decoder.engine.Token;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ForcedTokensTest {
  private static Token.Score score(TokenChooser chooser, float... logits) {
    Token token = Objects.requireNonNull(chooser.next(logits), "token");
    return Objects.requireNonNull(token.score(), "score");
  }

  @Test
  void followsWhatIsGivenAndTellsItsProbability() {
    TokenChooser chooser = new ForcedTokens(new int[] {1, 0});
    float[] logits = {0, (float) Math.log(2), (float) Math.log(5)};

    Token first = Objects.requireNonNull(chooser.next(logits), "token");
    Token.Score second = score(chooser, logits);

    assertThat(first.id()).isEqualTo(1);
    assertThat(Objects.requireNonNull(first.score()).logprob())
        .isEqualTo((float) Math.log(2 / 8.0), within(1e-6f));
    assertThat(second.logprob()).isEqualTo((float) Math.log(1 / 8.0), within(1e-6f));
    assertThat(first.score().firstChoice()).isFalse();
    assertThat(second.firstChoice()).isFalse();
  }

  @Test
  void theFirstChoiceIsWhatGreedyDecodingTakes() {
    float[] equals = {1, 3, 3};

    assertThat(score(forced(1), equals).firstChoice()).isTrue();
    assertThat(score(forced(2), equals).firstChoice()).isFalse();
  }

  @Test
  void isExactForLogitsOfAnySize() {
    assertThat(score(forced(0), 1e30f, -1e30f).logprob()).isZero();
    assertThat(score(forced(0), -5000, -5000).logprob())
        .isEqualTo((float) -Math.log(2), within(1e-6f));
    assertThat(score(forced(1), 0, Float.NEGATIVE_INFINITY).logprob())
        .isEqualTo(Float.NEGATIVE_INFINITY);
  }

  private static TokenChooser forced(int id) {
    return new ForcedTokens(new int[] {id});
  }

  @Test
  void refusesLogitsThatMakeNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> forced(0).next(new float[] {Float.NaN, 1}))
        .withMessageContaining("logits[0]: NaN");
  }
}
