package ai.laconic.decoder.engine.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.decoder.engine.onnx.KeptPrefixes.Held;
import ai.laconic.decoder.engine.onnx.KeptPrefixes.Seat;
import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.servicekit.tenant.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KeptPrefixesTest {
  private static final TenantId ALICE = new TenantId("alice");
  private static final TenantId BOB = new TenantId("bob");

  private static Prompt prompt(int... ids) {
    return new Prompt(ids, List.of());
  }

  private static Prompt counting(int length) {
    return prompt(IntStream.range(0, length).toArray());
  }

  private static Held free(int slot, TenantId owner, Prompt content, long lastUse) {
    return new Held(slot, owner, content, false, lastUse);
  }

  private static Held taken(int slot, TenantId owner, Prompt content) {
    return new Held(slot, owner, content, true, Long.MAX_VALUE);
  }

  private static Optional<Seat> choose(Prompt prompt, Held... slots) {
    return KeptPrefixes.choose(List.of(slots), ALICE, prompt);
  }

  @Test
  void aNewPromptTakesAnEmptySlotAndThenTheOneUsedLeastRecently() {
    Held old = free(0, ALICE, prompt(1, 2), 1);
    Held recent = free(1, ALICE, prompt(3, 4), 2);

    assertThat(choose(prompt(9, 9), old, recent, free(2, BOB, prompt(), 3)))
        .contains(new Seat(2, 2, 0));
    assertThat(choose(prompt(9, 9), recent, old)).contains(new Seat(0, 0, 0));
  }

  @Test
  void ofTheOlderHalfOneBesideATakenSlotIsWrittenOver() {
    Held oldest = free(0, ALICE, prompt(1), 1);
    Held old = free(2, ALICE, prompt(2), 2);
    Held running = taken(3, ALICE, prompt(3));
    Held recent = free(4, ALICE, prompt(4), 4);

    assertThat(choose(prompt(9, 9), oldest, old, running, recent))
        .as("slot 4 is beside it as well, but was used recently")
        .contains(new Seat(2, 2, 0));
    assertThat(choose(prompt(9, 9), oldest, running, recent)).contains(new Seat(0, 0, 0));
  }

  @Test
  void theNextQuestionGoesOnInItsSlot() {
    Held context = free(1, ALICE, counting(100).followedBy(new int[] {7, 7, 7}), 1);

    assertThat(
            choose(counting(100).followedBy(new int[] {8}), free(0, ALICE, prompt(), 0), context))
        .contains(new Seat(1, 1, 100));
  }

  @Test
  void aShortCommonBeginningIsCopiedAndTheLongPromptStays() {
    Held context = free(0, ALICE, counting(100), 1);

    assertThat(choose(counting(10).followedBy(new int[] {8}), context, free(1, BOB, prompt(5), 2)))
        .contains(new Seat(1, 0, 10));
  }

  @Test
  void whatEveryPromptBeginsWithDoesNotSpareTheOldest() {
    Held oldest = free(0, ALICE, prompt(1, 2, 30, 31, 32), 1);
    Held recent = free(1, ALICE, prompt(1, 2, 40, 41, 42), 2);

    assertThat(choose(prompt(1, 2, 50, 51), oldest, recent)).contains(new Seat(0, 1, 2));
  }

  @Test
  void theOnlyFreeSlotIsUsedWhateverIsLost() {
    assertThat(choose(counting(10).followedBy(new int[] {8}), free(0, ALICE, counting(100), 1)))
        .contains(new Seat(0, 0, 10));
  }

  @Test
  void aRunningPromptLendsItsBeginning() {
    assertThat(
            choose(
                counting(100).followedBy(new int[] {8}),
                taken(0, ALICE, counting(100)),
                free(1, ALICE, prompt(1), 1)))
        .contains(new Seat(1, 0, 100));
  }

  @Test
  void anotherTenantsPromptServesNobody() {
    assertThat(choose(counting(50), free(0, BOB, counting(50), 1))).contains(new Seat(0, 0, 0));
  }

  @Test
  void theLastPositionIsAlwaysRead() {
    assertThat(choose(counting(50), free(0, ALICE, counting(50), 1))).contains(new Seat(0, 0, 49));
  }

  @Test
  void nothingIsChosenWhenAllAreTaken() {
    assertThat(choose(counting(5), taken(0, ALICE, counting(5)))).isEmpty();
  }

  /** Whatever is held: the seat is free, what it takes is there, and nothing of another tenant. */
  @Test
  void whatIsTakenIsAlwaysTheBeginningOfThePrompt() {
    Random random = new Random(11);
    for (int round = 0; round < 5_000; round++) {
      List<Held> slots = new ArrayList<>();
      for (int slot = 0; slot < 1 + random.nextInt(4); slot++) {
        TenantId owner = random.nextBoolean() ? ALICE : BOB;
        slots.add(new Held(slot, owner, some(random, 0), random.nextBoolean(), random.nextInt(9)));
      }
      Prompt prompt = some(random, 1);

      Optional<Seat> chosen = KeptPrefixes.choose(slots, ALICE, prompt);

      assertThat(chosen.isPresent()).isEqualTo(slots.stream().anyMatch(held -> !held.taken()));
      chosen.ifPresent(
          seat -> {
            Held from = slots.get(seat.from());
            assertThat(slots.get(seat.slot()).taken()).isFalse();
            assertThat(seat.cached()).isLessThan(prompt.length());
            assertThat(from.content().commonPrefix(prompt)).isGreaterThanOrEqualTo(seat.cached());
            assertThat(seat.cached() == 0 || from.owner().equals(ALICE)).isTrue();
          });
    }
  }

  private static Prompt some(Random random, int least) {
    return prompt(random.ints(least + random.nextInt(6), 0, 2).toArray());
  }
}
