package ai.laconic.gateway.pool;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.fake.Models.FINGERPRINT_A;
import static ai.laconic.gateway.fake.Models.FINGERPRINT_B;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.gateway.fake.Models;
import ai.laconic.v1.Model;
import io.grpc.Status.Code;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoolRoutingTest {
  static PoolState ready(String name, int ratio, String... fingerprints) {
    List<ModelState> models =
        Arrays.stream(fingerprints)
            .map(each -> new ModelState(Models.model(each, ratio), true, true))
            .toList();
    Model newest = models.get(models.size() - 1).model();
    return new PoolState(
        name, ratio, models, new TierReport(newest, 0, ""), new TierReport(newest, 4096, ""));
  }

  static PoolState unknown(String name, int ratio) {
    return new PoolState(name, ratio, List.of(), TierReport.none(), TierReport.none());
  }

  /** Its decoders are away. */
  static PoolState down(PoolState state) {
    return new PoolState(
        state.name(),
        state.ratio(),
        state.models().stream()
            .map(each -> new ModelState(each.model(), each.encoderReady(), false))
            .toList(),
        state.encoder(),
        state.decoder().silent("did not answer"));
  }

  private final PoolState four = ready("four", 4, FINGERPRINT_A);
  private final PoolState eight = ready("eight", 8, FINGERPRINT_B);
  private final PoolState sixteen = ready("sixteen", 16, FINGERPRINT_A);

  @Test
  void takesThePoolWithTheRatio() {
    assertThat(PoolRouting.toEncode(8, List.of(four, eight, sixteen))).isEqualTo(eight);
    assertThat(PoolRouting.toDecode(8, List.of(four, eight, sixteen))).isEqualTo(eight);
  }

  @Test
  void anUnknownRatioIsRefusedWithThoseServed() {
    assertFails(
        Code.INVALID_ARGUMENT,
        "ratio: 5 (expected: 4, 8 or 16)",
        () -> PoolRouting.toEncode(5, List.of(sixteen, four, eight, ready("again", 4, "x"))));
    assertFails(
        Code.INVALID_ARGUMENT,
        "ratio: 5 (expected: 4 or 8)",
        () -> PoolRouting.toEncode(5, List.of(four, eight)));
    assertFails(
        Code.INVALID_ARGUMENT,
        "ratio: 5 (expected: 4)",
        () -> PoolRouting.toDecode(5, List.of(four)));
  }

  @Test
  void ofTwoThatWouldDoTheReadyOneComesFirst() {
    PoolState other = ready("other", 4, FINGERPRINT_A);
    assertThat(PoolRouting.toEncode(4, List.of(four, other))).isEqualTo(four);
    assertThat(PoolRouting.toEncode(4, List.of(down(four), other))).isEqualTo(other);
    assertThat(PoolRouting.toEncode(4, List.of(down(four), down(other)))).isEqualTo(down(four));
  }

  @Test
  void theLowestThatCanServe() {
    assertThat(PoolRouting.toDecode(0, List.of(sixteen, eight, four))).isEqualTo(four);
    assertThat(PoolRouting.toDecode(0, List.of(sixteen, eight, down(four)))).isEqualTo(eight);
    assertThat(PoolRouting.toDecode(0, List.of(down(sixteen), down(four)))).isEqualTo(down(four));
  }

  @Test
  void latentsMayBeReadByEveryPoolOfTheirRatioThatDecodesFirst() {
    PoolState other = ready("other", 4, FINGERPRINT_B);
    assertThat(PoolRouting.toRead("context c", 4, List.of(down(four), eight, other)))
        .containsExactly(other, down(four));
  }

  @Test
  void latentsWithoutAPoolAreRefusedWithThoseThatExist() {
    assertFails(
        Code.FAILED_PRECONDITION,
        "ratio of context c: 8 (expected: the ratio of a pool: 4 (four), 16 (sixteen))",
        () -> PoolRouting.toRead("context c", 8, List.of(sixteen, four)));
    assertThat(PoolRouting.otherModels("context c", FINGERPRINT_B, "a remedy", List.of(four)))
        .hasMessage(
            "FAILED_PRECONDITION: fingerprint of context c: "
                + FINGERPRINT_B
                + " (expected: "
                + FINGERPRINT_A
                + " of pool four; a remedy)");
  }
}
