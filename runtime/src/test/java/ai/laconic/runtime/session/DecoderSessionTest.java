package ai.laconic.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.laconic.runtime.Golden;
import ai.laconic.runtime.model.ModelDirectory;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every expectation is what a lone sequence in a slot of its own gives. */
class DecoderSessionTest {
  private static final int MAX_TOKENS = 64;
  private static final float[] NO_LATENTS = {};
  private static final float TOLERANCE = 1e-4f;

  private static ModelDirectory model;
  private static DecoderSession decoder;
  private static DecoderSession alone;

  @BeforeAll
  static void open() throws Exception {
    model = ModelDirectory.open(Golden.checkpoint());
    decoder = DecoderSession.open(model, Device.CPU, 4, MAX_TOKENS, 1);
    alone = DecoderSession.open(model, Device.CPU, 1, MAX_TOKENS, 1);
  }

  @AfterAll
  static void close() {
    decoder.close();
    alone.close();
  }

  @BeforeEach
  void forget() {
    for (int slot = 0; slot < decoder.slots(); slot++) {
      decoder.truncate(slot, 0);
    }
  }

  @Test
  void saysHowLargeItIs() {
    assertThat(decoder.slots()).isEqualTo(4);
    assertThat(decoder.maxTokens()).isEqualTo(MAX_TOKENS);
    assertThat(decoder.vocabularySize()).isEqualTo(512);
    assertThat(decoder.placeholderId()).isEqualTo(505);
    assertThat(decoder.length(3)).isZero();
  }

  @Test
  void appendsInChunksAsInOneGo() {
    int[] ids = ids(1, 50);
    Arrays.fill(ids, 7, 20, decoder.placeholderId());
    float[] latents = latents(13);
    float[] whole = alone(ids, latents);

    float[] logits = {};
    int latent = 0;
    int from = 0;
    for (int chunk : new int[] {1, 6, 5, 9, 28, 1}) {
      int[] part = Arrays.copyOfRange(ids, from, from + chunk);
      int placeholders = (int) Arrays.stream(part).filter(id -> id == 505).count();
      int width = model.latentWidth();
      logits =
          decoder.append(
              2,
              part,
              Arrays.copyOfRange(latents, latent * width, (latent + placeholders) * width));
      latent += placeholders;
      from += chunk;
    }

    assertThat(decoder.length(2)).isEqualTo(50);
    assertThat(logits).containsExactly(whole, within(TOLERANCE));
  }

  @Test
  void readsLatentsInTheirOrder() {
    int[] ids = {1, 505, 505, 2};
    float[] latents = latents(2);
    float[] swapped = new float[latents.length];
    int width = model.latentWidth();
    System.arraycopy(latents, 0, swapped, width, width);
    System.arraycopy(latents, width, swapped, 0, width);

    assertThat(alone(ids, latents)).isNotEqualTo(alone(ids, swapped));
  }

  @Test
  void stepsManySlotsAsEachAlone() {
    int[][] texts = {ids(2, 3), ids(3, 40), {}, ids(5, 17)};
    for (int slot = 0; slot < texts.length; slot++) {
      appendTo(slot, texts[slot]);
    }

    for (int round = 0; round < 5; round++) {
      int[] slots = {3, 0, 2, 1};
      int[] tokens = {10 + round, 20 + round, 30 + round, 40 + round};
      float[][] logits = decoder.step(slots, tokens);
      for (int i = 0; i < slots.length; i++) {
        texts[slots[i]] = joined(texts[slots[i]], tokens[i]);
        assertThat(decoder.length(slots[i])).isEqualTo(texts[slots[i]].length);
        assertThat(logits[i])
            .as("slot %d in round %d", slots[i], round)
            .containsExactly(alone(texts[slots[i]], NO_LATENTS), within(TOLERANCE));
      }
    }
  }

  @Test
  void leavesSlotsInBetweenAsTheyAre() {
    int[] halfDone = ids(7, 30);
    int[] full = ids(8, MAX_TOKENS);
    appendTo(0, ids(6, 12));
    decoder.append(1, Arrays.copyOf(halfDone, 20), NO_LATENTS);
    decoder.append(2, full, NO_LATENTS);
    appendTo(3, ids(9, 5));

    int[] first = ids(6, 12);
    int[] last = ids(9, 5);
    for (int token = 100; token < 104; token++) {
      float[][] logits = decoder.step(new int[] {0, 3}, new int[] {token, token});
      first = joined(first, token);
      last = joined(last, token);
      assertThat(logits[0]).containsExactly(alone(first, NO_LATENTS), within(TOLERANCE));
      assertThat(logits[1]).containsExactly(alone(last, NO_LATENTS), within(TOLERANCE));
    }

    assertThat(decoder.length(1)).isEqualTo(20);
    assertThat(decoder.append(1, Arrays.copyOfRange(halfDone, 20, 30), NO_LATENTS))
        .containsExactly(alone(halfDone, NO_LATENTS), within(TOLERANCE));
    assertThat(decoder.length(2)).isEqualTo(MAX_TOKENS);
    decoder.truncate(2, MAX_TOKENS - 1);
    assertThat(decoder.append(2, new int[] {full[MAX_TOKENS - 1]}, NO_LATENTS))
        .containsExactly(alone(full, NO_LATENTS), within(TOLERANCE));
  }

  @Test
  void forgetsWhatStandsBehindACut() {
    int[] context = ids(10, 25);
    decoder.append(1, context, NO_LATENTS);
    decoder.append(1, ids(11, 30), NO_LATENTS);

    decoder.truncate(1, 25);

    assertThat(decoder.length(1)).isEqualTo(25);
    int[] question = ids(12, 8);
    int[] both = Arrays.copyOf(context, 33);
    System.arraycopy(question, 0, both, 25, 8);
    assertThat(decoder.append(1, question, NO_LATENTS))
        .containsExactly(alone(both, NO_LATENTS), within(TOLERANCE));
  }

  @Test
  void copiesWhatASlotHolds() {
    int[] context = ids(20, 30);
    decoder.append(1, context, NO_LATENTS);
    decoder.append(3, ids(21, 9), NO_LATENTS);

    decoder.copy(1, 3, 25);
    decoder.copy(1, 1, 25);

    int[] question = ids(22, 8);
    int[] both = Arrays.copyOf(context, 33);
    System.arraycopy(question, 0, both, 25, 8);
    float[] expected = alone(both, NO_LATENTS);
    for (int slot : new int[] {1, 3}) {
      assertThat(decoder.length(slot)).isEqualTo(25);
      assertThat(decoder.append(slot, question, NO_LATENTS))
          .as("slot %d", slot)
          .containsExactly(expected, within(TOLERANCE));
    }
    assertRefused(() -> decoder.copy(3, 0, 34), "positions: 34 (expected: 0 to 33)");
  }

  @Test
  void givesTheLogitsBehindEveryToken() {
    int[] text = ids(23, 12);
    text[7] = decoder.placeholderId();
    decoder.append(2, Arrays.copyOf(text, 4), NO_LATENTS);

    float[][] logits = decoder.appendAll(2, Arrays.copyOfRange(text, 4, 12));

    alone.truncate(0, 0);
    alone.append(0, Arrays.copyOf(text, 4), NO_LATENTS);
    for (int i = 4; i < 12; i++) {
      assertThat(logits[i - 4])
          .as("behind %d tokens", i + 1)
          .containsExactly(alone.step(new int[] {0}, new int[] {text[i]})[0], within(TOLERANCE));
    }
    assertThat(decoder.length(2)).isEqualTo(12);
  }

  @Test
  void endsRunsUntilItIsToldOtherwise() {
    decoder.append(0, ids(24, 5), NO_LATENTS);
    decoder.setTerminate(true);
    try {
      assertThatThrownBy(() -> decoder.append(0, ids(25, 5), NO_LATENTS))
          .isInstanceOf(SessionException.class)
          .hasMessageContaining("terminate");
    } finally {
      decoder.setTerminate(false);
    }

    assertThat(decoder.length(0)).isEqualTo(5);
    assertThat(decoder.append(0, new int[] {3}, NO_LATENTS))
        .containsExactly(alone(joined(ids(24, 5), 3), NO_LATENTS), within(TOLERANCE));
  }

  @Test
  void readsAPlaceholderThatTheDecoderSaidAsAToken() {
    int[] text = ids(13, 6);
    decoder.append(0, text, NO_LATENTS);
    float[] logits = decoder.step(new int[] {0}, new int[] {505})[0];

    decoder.truncate(0, 6);
    float[] zeroLatent = decoder.append(0, new int[] {505}, new float[model.latentWidth()]);

    assertThat(logits).isNotEqualTo(zeroLatent);
    assertThat(decoder.length(0)).isEqualTo(7);
  }

  @Test
  void fillsASlotToItsLastPosition() {
    decoder.append(3, ids(14, MAX_TOKENS - 1), NO_LATENTS);
    decoder.step(new int[] {3}, new int[] {5});

    assertThat(decoder.length(3)).isEqualTo(MAX_TOKENS);
    String full = "ids: 1 for slot 3 (expected: 1 to 0, it holds 64 of 64)";
    assertRefused(() -> decoder.step(new int[] {3}, new int[] {5}), full);
    assertRefused(() -> decoder.append(3, new int[] {5}, NO_LATENTS), full);
  }

  @Test
  void refusesArgumentsAndChangesNothing() {
    appendTo(1, ids(15, 10));
    int[] one = {1};
    assertRefused(() -> decoder.append(4, one, NO_LATENTS), "slot: 4 (expected: 0 to 3)");
    assertRefused(() -> decoder.length(-1), "slot: -1 (expected: 0 to 3)");
    assertRefused(
        () -> decoder.append(1, new int[0], NO_LATENTS),
        "ids: 0 for slot 1 (expected: 1 to 54, it holds 10 of 64)");
    assertRefused(
        () -> decoder.append(1, new int[55], NO_LATENTS),
        "ids: 55 for slot 1 (expected: 1 to 54, it holds 10 of 64)");
    assertRefused(
        () -> decoder.append(1, new int[] {512}, NO_LATENTS), "id: 512 (expected: 0 to 511)");
    assertRefused(
        () -> decoder.append(1, new int[] {505, 505}, new float[80]),
        "latents: 80 values (expected: 2 x 80, a row for each placeholder)");
    assertRefused(
        () -> decoder.append(1, one, new float[80]),
        "latents: 80 values (expected: 0 x 80, a row for each placeholder)");
    assertRefused(
        () -> decoder.step(new int[] {1, 1}, new int[] {1, 2}),
        "slots: [1, 1] (expected: each once)");
    assertRefused(
        () -> decoder.step(new int[] {1, 2}, one),
        "tokens: 1 for 2 slots (expected: one for each of at least one slot)");
    assertRefused(
        () -> decoder.step(new int[0], new int[0]),
        "tokens: 0 for 0 slots (expected: one for each of at least one slot)");
    assertRefused(() -> decoder.step(one, new int[] {-1}), "id: -1 (expected: 0 to 511)");
    assertRefused(() -> decoder.truncate(1, 11), "length: 11 (expected: 0 to 10)");
    assertRefused(() -> decoder.truncate(1, -1), "length: -1 (expected: 0 to 10)");
    assertThat(decoder.length(1)).isEqualTo(10);
  }

  @Test
  void refusesSizesThatTheModelOrABufferDoesNotHave() {
    assertRefused(() -> DecoderSession.open(model, Device.CPU, 0, 8, 1), "slots: 0");
    assertRefused(() -> DecoderSession.open(model, Device.CPU, 1, 8, 0), "threads: 0");
    assertRefused(
        () -> DecoderSession.open(model, Device.CPU, 1, 40961, 1),
        "maxTokens: 40961 (expected: 1 to max_position_embeddings 40960 of decoder/config.json)");
    assertRefused(
        () -> DecoderSession.open(model, Device.CPU, 1000, 40960, 1),
        "slots x positions: 1000 x 40960 (expected: at most 33554431 positions in all");
  }

  @Test
  void refusesToDecodeOnceClosed() {
    DecoderSession other = DecoderSession.open(model, Device.CPU, 1, 8, 1);
    other.append(0, new int[] {1}, NO_LATENTS);
    other.close();
    other.close();

    assertThatThrownBy(() -> other.append(0, new int[] {1}, NO_LATENTS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("decoder: closed (expected: open)");
  }

  private static void appendTo(int slot, int[] ids) {
    if (ids.length > 0) {
      decoder.append(slot, ids, NO_LATENTS);
    }
  }

  private static float[] alone(int[] ids, float[] latents) {
    alone.truncate(0, 0);
    return alone.append(0, ids, latents);
  }

  private static int[] ids(long seed, int count) {
    return new Random(seed).ints(count, 0, 500).toArray();
  }

  private static float[] latents(int rows) {
    Random random = new Random(rows);
    float[] values = new float[rows * model.latentWidth()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() / 4;
    }
    return values;
  }

  private static int[] joined(int[] ids, int token) {
    int[] longer = Arrays.copyOf(ids, ids.length + 1);
    longer[ids.length] = token;
    return longer;
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }
}
