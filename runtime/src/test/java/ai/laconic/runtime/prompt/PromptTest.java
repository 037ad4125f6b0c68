package ai.laconic.runtime.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.prompt.Prompt.PlacedBlock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PromptTest {
  private static final int LATENT = 99;

  @Test
  void countsPositionsAndLatents() {
    Prompt prompt = prompt(1, 2, block('a', 3), 4, block('b', 2));

    assertThat(prompt.length()).isEqualTo(8);
    assertThat(prompt.latents()).isEqualTo(5);
    assertThat(prompt.ids()).containsExactly(1, 2, LATENT, LATENT, LATENT, 4, LATENT, LATENT);
    assertThat(prompt.blocks()).extracting(PlacedBlock::start).containsExactly(2, 6);
  }

  @Test
  void comparesTokensOneByOneAndBlocksAsAWhole() {
    Prompt prompt = prompt(1, 2, block('a', 3), 4, block('b', 2), 5);

    assertThat(prompt.commonPrefix(prompt)).isEqualTo(9);
    assertThat(prompt.commonPrefix(prompt(1, 3))).isEqualTo(1);
    assertThat(prompt.commonPrefix(prompt(1, 2, block('a', 3), 4, block('c', 2), 5))).isEqualTo(6);
    assertThat(prompt.commonPrefix(prompt(1, 2, block('a', 2), 4))).isEqualTo(2);
    assertThat(prompt.commonPrefix(prompt(1, 2, block('a', 3), 4, block('b', 2), 6))).isEqualTo(8);
    assertThat(prompt.commonPrefix(prompt())).isZero();
  }

  @Test
  void tellsATokenThatLooksLikeALatentFromALatent() {
    assertThat(prompt(1, LATENT, LATENT).commonPrefix(prompt(1, block('a', 2)))).isEqualTo(1);
    assertThat(prompt(1, LATENT, LATENT).commonPrefix(prompt(1, LATENT, LATENT, 2))).isEqualTo(3);
  }

  @Test
  void leavesOutABlockThatIsCut() {
    Prompt prompt = prompt(1, block('a', 3), 2, block('b', 3), 3);

    assertThat(prompt.first(9)).isEqualTo(prompt);
    assertThat(prompt.first(7)).isEqualTo(prompt(1, block('a', 3), 2));
    assertThat(prompt.first(4)).isEqualTo(prompt(1, block('a', 3)));
    assertThat(prompt.first(3)).isEqualTo(prompt(1));
    assertThat(prompt.first(0)).isEqualTo(prompt());
  }

  @Test
  void namesTheBlocksThatHaveLatentsBehindAPosition() {
    Prompt prompt = prompt(1, block('a', 3), 2, block('b', 3));

    assertThat(prompt.blocksFrom(0)).containsExactly(block('a', 3), block('b', 3));
    assertThat(prompt.blocksFrom(3)).containsExactly(block('a', 3), block('b', 3));
    assertThat(prompt.blocksFrom(4)).containsExactly(block('b', 3));
    assertThat(prompt.blocksFrom(8)).isEmpty();
  }

  @Test
  void refusesBlocksThatOverlapOrDontFit() {
    List<PlacedBlock> overlapping =
        List.of(new PlacedBlock(0, block('a', 3)), new PlacedBlock(2, block('b', 1)));
    List<PlacedBlock> outside = List.of(new PlacedBlock(2, block('a', 3)));

    assertThatIllegalArgumentException().isThrownBy(() -> new Prompt(new int[4], overlapping));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Prompt(new int[4], outside))
        .withMessage("block: positions 2 to before 5 (expected: 0 to 4)");
  }

  /** The prefix is the longest run of elements, tokens and whole blocks, that both begin with. */
  @Test
  void findsTheSamePrefixAsAPlainComparison() {
    Random random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      List<Object> left = elements(random);
      List<Object> right = new ArrayList<>(left.subList(0, random.nextInt(left.size() + 1)));
      right.addAll(elements(random));
      int same = 0;
      int expected = 0;
      while (same < left.size() && same < right.size() && left.get(same).equals(right.get(same))) {
        expected += left.get(same) instanceof LatentRef ref ? ref.latents() : 1;
        same++;
      }

      Prompt one = prompt(left.toArray());
      Prompt other = prompt(right.toArray());
      assertThat(one.commonPrefix(other)).as("%s %s", left, right).isEqualTo(expected);
      assertThat(other.commonPrefix(one)).isEqualTo(expected);
      assertThat(one.first(expected)).isEqualTo(other.first(expected));
    }
  }

  private static List<Object> elements(Random random) {
    List<Object> elements = new ArrayList<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      elements.add(
          random.nextBoolean()
              ? block((char) ('a' + random.nextInt(2)), 1 + random.nextInt(2))
              : random.nextInt(4) == 0 ? LATENT : 1 + random.nextInt(2));
    }
    return elements;
  }

  private static LatentRef block(char name, int latents) {
    byte[] digest = new byte[LatentId.BYTES];
    Arrays.fill(digest, (byte) name);
    return new LatentRef(LatentId.of(digest), latents);
  }

  private static Prompt prompt(Object... elements) {
    int[] ids = {};
    List<PlacedBlock> blocks = new ArrayList<>();
    for (Object element : elements) {
      int start = ids.length;
      if (element instanceof LatentRef ref) {
        blocks.add(new PlacedBlock(start, ref));
        ids = Arrays.copyOf(ids, start + ref.latents());
        Arrays.fill(ids, start, ids.length, LATENT);
      } else {
        ids = Arrays.copyOf(ids, start + 1);
        ids[start] = (Integer) element;
      }
    }
    return new Prompt(ids, blocks);
  }
}
