package ai.laconic.servicekit.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.servicekit.upstream.BoundedLoad.Candidate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundedLoadTest {
  private static final int AFFINITIES = 1000;

  @ParameterizedTest
  @CsvSource({
    "0, 1, 2",
    "7, 1, 10",
    "0 0, 1, 1",
    "1 0, 1, 2",
    "2 0, 1, 2",
    "2 1, 1, 3",
    "3 1, 1, 4",
    "4 1, 1, 4",
    "4 4, 1, 6",
    "0 0 0, 1, 1",
    "2 2 2, 1, 3",
    "40 0 0 0, 1, 13",
    "3 0 0 0, 4, 4",
    "40 0 0 0, 4, 13",
  })
  void aReplicaHasFiveQuartersOfTheAverageAtMostOrWhatItHasRoomFor(
      String loads, int room, long bound) {
    assertThat(BoundedLoad.bound(room, loaded(loads))).isEqualTo(bound);
  }

  private static List<Candidate> loaded(String loads) {
    int[] calls = Arrays.stream(loads.split(" ")).mapToInt(Integer::parseInt).toArray();
    return IntStream.range(0, calls.length).mapToObj(i -> candidate(i, calls[i])).toList();
  }

  private static Candidate candidate(int replica, int inFlight) {
    return new Candidate("10.0.0." + replica + ":7073", inFlight);
  }

  private static List<Candidate> idle(int replicas) {
    return IntStream.range(0, replicas).mapToObj(i -> candidate(i, 0)).toList();
  }

  private static String chosen(String key, List<Candidate> replicas) {
    return chosen(new Affinity(key, 1), replicas);
  }

  private static String chosen(Affinity affinity, List<Candidate> replicas) {
    return replicas.get(BoundedLoad.choose(affinity, replicas)).address();
  }

  @Test
  void everyVersionChoosesTheSame() {
    List<Candidate> replicas = idle(3);
    assertThat(List.of("a", "b", "c", "d", "e", "f"))
        .extracting(key -> BoundedLoad.choose(new Affinity(key, 1), replicas))
        .containsExactly(1, 2, 0, 0, 2, 2);
  }

  @Test
  void everyReplicaGetsItsPart() {
    Map<String, Integer> parts = new HashMap<>();
    for (int i = 0; i < AFFINITIES; i++) {
      parts.merge(chosen("affinity " + i, idle(4)), 1, Integer::sum);
    }
    assertThat(parts).hasSize(4);
    assertThat(parts.values()).allMatch(part -> part > AFFINITIES / 5 && part < AFFINITIES / 3);
  }

  @Test
  void theOrderOfTheReplicasDoesNotMatter() {
    Random random = new Random(1);
    for (int i = 0; i < AFFINITIES; i++) {
      String affinity = "affinity " + i;
      List<Candidate> replicas = loaded(random, 1 + random.nextInt(8));
      String before = chosen(affinity, replicas);
      Collections.shuffle(replicas, random);
      assertThat(chosen(affinity, replicas)).isEqualTo(before);
    }
  }

  private static List<Candidate> loaded(Random random, int replicas) {
    List<Candidate> loaded = new ArrayList<>();
    for (int i = 0; i < replicas; i++) {
      loaded.add(candidate(i, random.nextInt(20)));
    }
    return loaded;
  }

  @Test
  void aReplicaThatGoesMovesItsOwnAndOneThatComesTakesItsOwn() {
    Random random = new Random(2);
    for (int i = 0; i < AFFINITIES; i++) {
      String affinity = "affinity " + i;
      List<Candidate> before = idle(2 + random.nextInt(8));
      List<Candidate> after = new ArrayList<>(before);
      Candidate gone = after.remove(random.nextInt(after.size()));
      if (!chosen(affinity, before).equals(gone.address())) {
        assertThat(chosen(affinity, after)).isEqualTo(chosen(affinity, before));
      }
    }
  }

  @Test
  void noneGetsMoreThanItsShareAndTheNextInTheOrderTakesTheRest() {
    Random random = new Random(3);
    for (int i = 0; i < AFFINITIES; i++) {
      Affinity affinity = new Affinity("affinity " + i, 1 + random.nextInt(20));
      List<Candidate> replicas = loaded(random, 1 + random.nextInt(8));
      long bound = BoundedLoad.bound(affinity.room(), replicas);
      Candidate taken = replicas.get(BoundedLoad.choose(affinity, replicas));
      assertThat(taken.inFlight() + 1L).isLessThanOrEqualTo(bound);
      // The full ones aside, it is as if nobody had anything to do.
      List<Candidate> free =
          replicas.stream()
              .filter(replica -> replica.inFlight() < bound)
              .map(replica -> new Candidate(replica.address(), 0))
              .toList();
      assertThat(taken.address()).isEqualTo(chosen(affinity, free));
    }
  }

  @Test
  void oneAffinityAloneIsSpreadInItsOrder() {
    int[] calls = new int[4];
    for (int i = 0; i < 400; i++) {
      List<Candidate> replicas =
          IntStream.range(0, calls.length).mapToObj(each -> candidate(each, calls[each])).toList();
      calls[BoundedLoad.choose(new Affinity("the only one", 1), replicas)]++;
    }
    assertThat(calls).containsExactlyInAnyOrder(125, 125, 125, 25);
  }
}
