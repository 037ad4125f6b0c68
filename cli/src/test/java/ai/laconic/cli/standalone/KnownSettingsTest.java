package ai.laconic.cli.standalone;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class KnownSettingsTest {
  @Test
  void knowsTheSettingsOfAllTiersAndOfSpring() {
    assertThatCode(
            () ->
                KnownSettings.check(
                    List.of(
                        "laconic.encoder.block-type",
                        "laconic.cache.redis.uri",
                        "laconic.decoder.max-positions",
                        "laconic.service.readiness-interval",
                        "laconic.gateway.poolRefresh",
                        "laconic.gateway.pools[1].encoder.target",
                        "laconic.gateway.api-keys[0].sha256",
                        "laconic.decoder.triton.targets",
                        "laconic.decoder.triton.targets[0]",
                        "spring.grpc.server.port",
                        "spring.grpc.client.channel.default.idle.timeout",
                        "logging.level.ai.laconic")))
        .doesNotThrowAnyException();
  }

  @Test
  void namesOneThatNobodyKnows() {
    assertThatThrownBy(() -> KnownSettings.check(List.of("laconic.encodr.block-type")))
        .hasMessage(
            "--set: laconic.encodr.block-type"
                + " (expected: a setting of a tier; similar: laconic.encoder.block-type)");
    assertThatThrownBy(() -> KnownSettings.check(List.of("laconic.decoder.foo")))
        .hasMessageStartingWith("--set: laconic.decoder.foo (expected: a setting of a tier");
    assertThatThrownBy(() -> KnownSettings.check(List.of("whatever")))
        .hasMessage("--set: whatever (expected: a setting of a tier)");
  }
}
