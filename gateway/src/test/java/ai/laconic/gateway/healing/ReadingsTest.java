package ai.laconic.gateway.healing;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.gateway.fake.Models;
import ai.laconic.v1.LatentRef;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadingsTest {
  private static List<LatentRef> latents(String... ids) {
    return List.of(ids).stream()
        .map(id -> LatentRef.newBuilder().setLatentId(id).setLatents(1).build())
        .toList();
  }

  @Test
  void areOfAModelAndOfExactlyTheseLatents() {
    Readings readings = new Readings(100);
    assertThat(readings.find(latents("a"), Models.FINGERPRINT_A)).isEmpty();
    readings.remember(latents("a", "b"), Models.FINGERPRINT_A, latents("c"));
    assertThat(readings.find(latents("a", "b"), Models.FINGERPRINT_A)).contains(latents("c"));
    assertThat(readings.find(latents("a", "b"), Models.FINGERPRINT_B)).isEmpty();
    assertThat(readings.find(latents("a"), Models.FINGERPRINT_A)).isEmpty();
  }
}
