package ai.laconic.decoder.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.decoder.engine.SamplingSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
  private static final float EXCLUDED = Float.NEGATIVE_INFINITY;

  private static SamplingSettings settings(double temperature, double topP, int topK) {
    return new SamplingSettings((float) temperature, (float) topP, topK, 0);
  }

  private static float[] logits(Random random) {
    float[] logits = new float[1 + random.nextInt(300)];
    for (int i = 0; i < logits.length; i++) {
      // Rounded, so that some are equal.
      logits[i] = random.nextInt(20) == 0 ? EXCLUDED : Math.round(random.nextGaussian() * 8) / 4f;
    }
    logits[random.nextInt(logits.length)] = 1;
    return logits;
  }

  @Test
  void greedyTakesTheMostProbableAndOfEqualsTheFirst() {
    float[] logits = {EXCLUDED, -1, 3, 3, 2};

    assertThat(Sampler.next(logits, SamplingSettings.GREEDY, 0.99)).isEqualTo(2);
    assertThat(Sampler.next(logits, settings(1, 1, 1), 0.99)).isEqualTo(2);
  }

  @Test
  void drawsInProportionToTheProbabilities() {
    float[] logits = {0, (float) Math.log(2), EXCLUDED, (float) Math.log(5)};
    int[] counts = new int[4];
    SplittableRandom random = new SplittableRandom(7);

    for (int i = 0; i < 80_000; i++) {
      counts[Sampler.next(logits, settings(1, 1, 0), random.nextDouble())]++;
    }

    assertThat(counts[0]).isBetween(9_700, 10_300);
    assertThat(counts[1]).isBetween(19_600, 20_400);
    assertThat(counts[2]).isZero();
    assertThat(counts[3]).isBetween(49_500, 50_500);
  }

  @Test
  void temperatureComesBeforeTopP() {
    // Probabilities 1/2, 1/3, 1/6; at temperature 1/2 they are 9, 4 and 1 of 14.
    float[] logits = {(float) Math.log(3), (float) Math.log(2), 0};

    assertThat(kept(logits, settings(1, 0.6, 0))).containsExactlyInAnyOrder(0, 1);
    assertThat(kept(logits, settings(0.5, 0.6, 0))).containsExactly(0);
  }

  @Test
  void topKComesBeforeTopP() {
    // Of 4, 3, 2, 1 of 10, the first two are 57 and 43 % of what top-k keeps.
    float[] logits = {0, (float) Math.log(2), (float) Math.log(3), (float) Math.log(4)};

    assertThat(kept(logits, settings(1, 0.5, 0))).containsExactlyInAnyOrder(3, 2);
    assertThat(kept(logits, settings(1, 0.5, 2))).containsExactly(3);
    assertThat(kept(logits, settings(1, 0.6, 2))).containsExactlyInAnyOrder(3, 2);
  }

  /** Returns the ids that some random number gives. */
  private static Set<Integer> kept(float[] logits, SamplingSettings settings) {
    Set<Integer> ids = new HashSet<>();
    IntStream.range(0, 4000).forEach(i -> ids.add(Sampler.next(logits, settings, i / 4000.0)));
    return ids;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void keepsWhatAPlainReadingOfTheRulesKeeps(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < 20; round++) {
      float[] logits = logits(random);
      SamplingSettings settings =
          settings(
              0.1 + random.nextDouble() * 1.9,
              0.05 + random.nextDouble() * 0.95,
              random.nextInt(logits.length + 10));
      List<Integer> expected = plainlyKept(logits, settings);
      int first = Sampler.next(logits, settings, 0);
      int drawn = Sampler.next(logits, settings, random.nextDouble());
      int last = Sampler.next(logits, settings, Math.nextDown(1.0));

      assertThat(expected).contains(first, drawn, last);
      boolean allKept = settings.topK() == 0 || settings.topK() >= logits.length;
      if (settings.topP() < 1 || !allKept) {
        assertThat(List.of(first, last))
            .containsExactly(expected.get(0), expected.get(expected.size() - 1));
      }
    }
  }

  private static List<Integer> plainlyKept(float[] logits, SamplingSettings settings) {
    List<Integer> ids =
        new ArrayList<>(
            IntStream.range(0, logits.length).filter(i -> logits[i] != EXCLUDED).boxed().toList());
    ids.sort(Comparator.comparing((Integer id) -> -logits[id]).thenComparing(id -> id));
    if (settings.topK() > 0 && settings.topK() < ids.size()) {
      ids = ids.subList(0, settings.topK());
    }
    double best = logits[ids.get(0)];
    double[] weights =
        ids.stream()
            .mapToDouble(id -> Math.exp((logits[id] - best) / settings.temperature()))
            .toArray();
    double sum = IntStream.range(0, weights.length).mapToDouble(i -> weights[i]).sum();
    double reached = 0;
    for (int i = 0; i < ids.size(); i++) {
      reached += weights[i];
      if (reached >= sum * settings.topP() - 1e-12) {
        return ids.subList(0, i + 1);
      }
    }
    return ids;
  }

  @Test
  void isTheSameForTheSameNumber() {
    float[] logits = logits(new Random(3));

    assertThat(Sampler.next(logits, settings(0.7, 0.8, 20), 0.123))
        .isEqualTo(Sampler.next(logits.clone(), settings(0.7, 0.8, 20), 0.123));
  }

  @Test
  void staysFiniteAtATinyTemperature() {
    assertThat(Sampler.next(new float[] {-3e30f, 3e30f, 1}, settings(Float.MIN_VALUE, 1, 0), 0.9))
        .isEqualTo(1);
  }

  @Test
  void refusesLogitsThatMakeNoSense() {
    assertThatThrownBy(() -> Sampler.next(new float[] {0, Float.NaN}, SamplingSettings.GREEDY, 0))
        .hasMessage("logits[1]: NaN (expected: a finite number)");
    assertThatThrownBy(
            () -> Sampler.next(new float[] {Float.POSITIVE_INFINITY}, SamplingSettings.GREEDY, 0))
        .hasMessage("logits[0]: Infinity (expected: a finite number)");
    assertThatThrownBy(() -> Sampler.next(new float[] {EXCLUDED}, SamplingSettings.GREEDY, 0))
        .hasMessage("logits: all excluded (expected: at least one finite)");
  }
}
