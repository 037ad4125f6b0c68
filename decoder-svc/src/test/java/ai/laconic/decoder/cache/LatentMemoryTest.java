package ai.laconic.decoder.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LatentMemoryTest {
  private final LatentMemory memory = new LatentMemory(100);

  @Test
  void givesRoomBackOnce() {
    LatentMemory.Room room = memory.reserve(60);
    assertThat(memory.used()).isEqualTo(60);

    room.close();
    room.close();

    assertThat(memory.used()).isZero();
  }

  @Test
  void refusesWhatDoesNotFitNow() {
    try (LatentMemory.Room room = memory.reserve(60)) {
      assertThat(room).isNotNull();
      assertThatThrownBy(() -> memory.reserve(41))
          .hasMessage("RESOURCE_EXHAUSTED: latents in memory: 101 bytes (expected: at most 100)");
      assertThat(memory.used()).isEqualTo(60);
    }
  }

  @Test
  void refusesWhatNeverFits() {
    assertThatThrownBy(() -> memory.reserve(101))
        .hasMessage("RESOURCE_EXHAUSTED: latents of a prompt: 101 bytes (expected: at most 100)");
  }
}
