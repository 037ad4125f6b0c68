package ai.laconic.decoder.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForcedTokensTest {
  private record Score(int index, float logprob, boolean firstChoice) {}

  private final List<Score> scores = new ArrayList<>();

  private TokenChooser forced(int... ids) {
    return new ForcedTokens(
        ids, (index, logprob, first) -> scores.add(new Score(index, logprob, first)));
  }

  @Test
  void followsWhatIsGivenAndTellsItsProbability() {
    TokenChooser chooser = forced(1, 0);
    float[] logits = {0, (float) Math.log(2), (float) Math.log(5)};

    assertThat(chooser.next(logits)).isEqualTo(1);
    assertThat(chooser.next(logits)).isZero();

    assertThat(scores).extracting(Score::index).containsExactly(0, 1);
    assertThat(scores.get(0).logprob()).isEqualTo((float) Math.log(2 / 8.0), within(1e-6f));
    assertThat(scores.get(1).logprob()).isEqualTo((float) Math.log(1 / 8.0), within(1e-6f));
    assertThat(scores).noneMatch(Score::firstChoice);
  }

  @Test
  void theFirstChoiceIsWhatGreedyDecodingTakes() {
    float[] equals = {1, 3, 3};

    forced(1).next(equals);
    forced(2).next(equals);

    assertThat(scores).extracting(Score::firstChoice).containsExactly(true, false);
  }

  @Test
  void isExactForLogitsOfAnySize() {
    forced(0).next(new float[] {1e30f, -1e30f});
    forced(0).next(new float[] {-5000, -5000});
    forced(1).next(new float[] {0, Float.NEGATIVE_INFINITY});

    assertThat(scores.get(0).logprob()).isZero();
    assertThat(scores.get(1).logprob()).isEqualTo((float) -Math.log(2), within(1e-6f));
    assertThat(scores.get(2).logprob()).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  @Test
  void refusesLogitsThatMakeNoSense() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> forced(0).next(new float[] {Float.NaN, 1}))
        .withMessageContaining("logits[0]: NaN");
    assertThat(scores).isEmpty();
  }
}
