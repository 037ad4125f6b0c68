package ai.laconic.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayOptionsTest {
  @ParameterizedTest
  @CsvSource({
    "127.0.0.1:7070, ''",
    "0.0.0.0:7070, ''",
    "localhost:7070, ''",
    "127.0.0.1:7071, ' --server localhost:7071'",
    ":::7071, ' --server localhost:7071'",
    "::1:7070, ' --server [::1]:7070'",
    "10.0.0.1:7070, ' --server 10.0.0.1:7070'"
  })
  void saysWhereAGatewayIsThatNobodyWouldLookFor(String gateway, String option) {
    assertThat(GatewayOptions.serverOption(gateway)).isEqualTo(option);
  }
}
