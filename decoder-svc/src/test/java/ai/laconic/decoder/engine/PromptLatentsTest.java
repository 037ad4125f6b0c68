package ai.laconic.decoder.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.runtime.latent.LatentBlock;
import ai.laconic.runtime.latent.LatentId;
import ai.laconic.runtime.latent.LatentRef;
import ai.laconic.runtime.prompt.Prompt;
import ai.laconic.runtime.prompt.Prompt.PlacedBlock;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PromptLatentsTest {
  private static final LatentId ID = LatentId.of(new byte[LatentId.BYTES]);

  /** Text at 0 and 4, three latents at 1, two at 5. */
  private final PromptLatents latents =
      new PromptLatents(
          new Prompt(
              new int[7],
              List.of(
                  new PlacedBlock(1, new LatentRef(ID, 3)),
                  new PlacedBlock(5, new LatentRef(ID, 2)))),
          2);

  @Test
  void isReadyUpToTheFirstBlockThatIsNotThere() {
    assertThat(latents.readyUntil(0, 7)).isEqualTo(1);
    assertThat(latents.readyUntil(2, 7)).isEqualTo(2);
    assertThat(latents.readyUntil(4, 7)).isEqualTo(5);
    assertThat(latents.readyUntil(0, 1)).isEqualTo(1);

    latents.put(1, block(0, 0, 0, 0));
    assertThat(latents.readyUntil(4, 7)).isEqualTo(7);
    assertThat(latents.readyUntil(0, 7)).isEqualTo(1);

    latents.put(0, block(0, 0, 0, 0, 0, 0));
    assertThat(latents.readyUntil(0, 7)).isEqualTo(7);
  }

  @Test
  void givesTheRowsOfAnyPositions() {
    latents.put(0, block(1, 2, 3, 4, 5, 6));
    latents.put(1, block(7, 8, 9, 10));

    assertThat(read(0, 1)).isEmpty();
    assertThat(read(0, 3)).containsExactly(1, 2, 3, 4);
    assertThat(read(3, 6)).containsExactly(5, 6, 7, 8);
    assertThat(read(6, 7)).containsExactly(9, 10);
  }

  @Test
  void letsGoOfWhatWasRead() {
    latents.put(0, block(0, 0, 0, 0, 0, 0));
    latents.put(1, block(7, 8, 9, 10));

    latents.forget(4);

    assertThat(read(4, 7)).containsExactly(7, 8, 9, 10);
    assertThat(latents.readyUntil(4, 7)).isEqualTo(7);
  }

  @Test
  void blocksThatAreHeldNeedNotCome() {
    latents.put(1, block(7, 8, 9, 10));

    assertThat(latents.readyUntil(4, 7)).isEqualTo(7);
    assertThat(read(4, 7)).containsExactly(7, 8, 9, 10);
  }

  @Test
  void tellsOfEveryArrival() {
    AtomicInteger arrivals = new AtomicInteger();
    latents.onArrival(arrivals::incrementAndGet);

    latents.put(0, block(0, 0, 0, 0, 0, 0));
    latents.put(1, block(0, 0, 0, 0));

    assertThat(arrivals).hasValue(2);
  }

  @Test
  void refusesRowsThatAreNotTheBlocks() {
    assertThatThrownBy(() -> latents.put(0, block(0, 0, 0, 0)))
        .hasMessage("latents of block " + ID + ": 2 x 2 (expected: 3 x 2)");
    assertThatThrownBy(() -> read(0, 2)).hasMessage("block 0: not there (expected: ready)");
  }

  @Test
  void givesAllBlocksInOrder() {
    LatentBlock first = block(1, 2, 3, 4, 5, 6);
    LatentBlock second = block(7, 8, 9, 10);
    latents.put(1, second);
    assertThatThrownBy(latents::all).hasMessage("block 0: not there (expected: ready)");

    latents.put(0, first);

    assertThat(latents.all()).containsExactly(first, second);
  }

  private static LatentBlock block(float... values) {
    return DecodePrompt.block(values, 2);
  }

  private float[] read(int start, int end) {
    FloatBuffer room = FloatBuffer.allocate(16);
    latents.read(start, end, room);
    return Arrays.copyOf(room.array(), room.position());
  }
}
