package ai.laconic.gateway.pool;

import static ai.laconic.gateway.Statuses.assertFails;
import static ai.laconic.gateway.fake.Models.FINGERPRINT_A;
import static ai.laconic.gateway.fake.Models.FINGERPRINT_B;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.gateway.fake.Models;
import ai.laconic.v1.DescribeDecoderResponse;
import ai.laconic.v1.Model;
import io.grpc.Status.Code;
import java.util.List;
import org.junit.jupiter.api.Test;

class PoolRoutingTest {
  static PoolState ready(String name, int ratio, String fingerprint) {
    Model model = Models.model(fingerprint, ratio);
    return new PoolState(
        name,
        ratio,
        Side.ready(model),
        Side.ready(
            DescribeDecoderResponse.newBuilder().setModel(model).setMaxPositions(4096).build()));
  }

  static PoolState down(PoolState state) {
    return new PoolState(
        state.name(), state.ratio(), state.encoder(), state.decoder().down("did not answer"));
  }

  private final PoolState four = ready("four", 4, FINGERPRINT_A);
  private final PoolState eight = ready("eight", 8, FINGERPRINT_B);
  private final PoolState sixteen = ready("sixteen", 16, FINGERPRINT_A);

  @Test
  void takesThePoolWithTheRatio() {
    assertThat(PoolRouting.forRatio(8, List.of(four, eight, sixteen))).isEqualTo(eight);
  }

  @Test
  void anUnknownRatioIsRefusedWithThoseServed() {
    assertFails(
        Code.INVALID_ARGUMENT,
        "ratio: 5 (expected: 4, 8 or 16)",
        () -> PoolRouting.forRatio(5, List.of(sixteen, four, eight, ready("again", 4, "x"))));
    assertFails(
        Code.INVALID_ARGUMENT,
        "ratio: 5 (expected: 4 or 8)",
        () -> PoolRouting.forRatio(5, List.of(four, eight)));
    assertFails(
        Code.INVALID_ARGUMENT,
        "ratio: 5 (expected: 4)",
        () -> PoolRouting.forRatio(5, List.of(four)));
  }

  @Test
  void ofTwoThatWouldDoTheReadyOneComesFirst() {
    PoolState other = ready("other", 4, FINGERPRINT_A);
    assertThat(PoolRouting.forRatio(4, List.of(four, other))).isEqualTo(four);
    assertThat(PoolRouting.forRatio(4, List.of(down(four), other))).isEqualTo(other);
    assertThat(PoolRouting.forRatio(4, List.of(down(four), down(other)))).isEqualTo(down(four));
  }

  @Test
  void theLowestThatCanServe() {
    assertThat(PoolRouting.lowest(List.of(sixteen, eight, four))).isEqualTo(four);
    assertThat(PoolRouting.lowest(List.of(sixteen, eight, down(four)))).isEqualTo(eight);
    assertThat(PoolRouting.lowest(List.of(down(sixteen), down(four)))).isEqualTo(down(four));
  }

  @Test
  void latentsGoWhereTheirModelRuns() {
    PoolState otherModel = ready("other", 4, FINGERPRINT_B);
    List<PoolState> states = List.of(four, otherModel);
    assertThat(PoolRouting.forLatents("context c", 4, FINGERPRINT_B, states)).isEqualTo(otherModel);
    assertThat(PoolRouting.forLatents("context c", 4, FINGERPRINT_A, states)).isEqualTo(four);
    PoolState unknown = PoolState.unknown("unknown", 4);
    assertThat(PoolRouting.forLatents("context c", 4, "c", List.of(four, unknown)))
        .as("it may be what runs there")
        .isEqualTo(unknown);
  }

  @Test
  void latentsWithoutAPoolAreRefusedWithThoseThatExist() {
    assertFails(
        Code.FAILED_PRECONDITION,
        "ratio of context c: 8 (expected: the ratio of a pool: 4 (four), 16 (sixteen))",
        () -> PoolRouting.forLatents("context c", 8, FINGERPRINT_A, List.of(sixteen, four)));
    assertFails(
        Code.FAILED_PRECONDITION,
        "fingerprint of context c: "
            + FINGERPRINT_B
            + " (expected: "
            + FINGERPRINT_A
            + " of pool four)",
        () -> PoolRouting.forLatents("context c", 4, FINGERPRINT_B, List.of(four, sixteen)));
  }
}
