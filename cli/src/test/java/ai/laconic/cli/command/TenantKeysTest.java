package ai.laconic.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TenantKeysTest {
  @Test
  void tellsTheGatewayDigests() {
    assertThat(TenantKeys.settings(List.of("alice=abc", "bob=a=b")))
        .isEqualTo(
            Map.of(
                "laconic.gateway.api-keys[0].tenant",
                "alice",
                "laconic.gateway.api-keys[0].sha256",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "laconic.gateway.api-keys[1].tenant",
                "bob",
                "laconic.gateway.api-keys[1].sha256",
                "42144f3939c3ffbbf0bf8b1f12affb5c23a4c5bd41e0ff672d54a5754f062058"));
  }

  @Test
  void refusesWhatNoHeaderCanCarry() {
    for (String wrong : List.of("alice", "alice=", "=key", "alice=two words", "alice=ü")) {
      assertThatThrownBy(() -> TenantKeys.settings(List.of("bob=key", wrong)))
          .hasMessageStartingWith("--api-key: number 2 (expected: TENANT=KEY");
    }
  }
}
