package ai.laconic.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.laconic.cli.client.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/** Command lines that make no sense are refused before anybody is called. */
class UsageTest {
  private static final String NOBODY = "127.0.0.1:1";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    return Laconic.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ask ctx why --segments 5-3            | --segments: 5-3 (expected: numbers from 0 to 2147483646, or ranges of them, such as 3, 3-4 or 3,7-9)
          ask ctx why --segments 0-2147483647   | --segments: 0-2147483647 (expected: numbers from 0 to 2147483646
          ask ctx why --segments 0-99999999999  | --segments: 0-99999999999 (expected: numbers
          ask ctx why --segments 3,              | --segments: 3, (expected: numbers
          ask ctx why --segments 3,5            | --segments: 3,5 (expected: segments that follow one another, such as 3-7)
          ask ctx why --segments 4,3            | --segments: 4,3 (expected: segments that follow one another
          ask ctx why --expand -1               | --expand: -1 (expected: numbers from 0
          ask ctx why --expand 3,-1             | --expand: 3,-1 (expected: numbers from 0
          ask ctx why --expand 99999999999      | --expand: 99999999999 (expected: numbers from 0
          ask ctx why --expand 0-1024           | --expand: 1,025 segments (expected: at most 1,024 at once)
          ask ctx why --max-tokens -1           | --max-tokens: -1 (expected: a whole number
          ask ctx why --max-tokens many         | --max-tokens: many (expected: a whole number
          ask ctx why --top-k -1                | --top-k: -1 (expected: a whole number
          ask ctx why --seed x                  | --seed: x (expected: a whole number)
          ask ctx why --top-p x                 | --top-p: x (expected: a number)
          ask ctx                               | QUESTION: none (expected: one)
          expand ctx                            | SEGMENT: none (expected: one or more)
          expand ctx -1                         | SEGMENT: -1 (expected: numbers from 0
          expand ctx 4294967295                 | SEGMENT: 4294967295 (expected: numbers from 0
          expand ctx 0-2147483646               | SEGMENT: 2,147,483,647 segments (expected: at most 1,024 at once)
          compress pom.xml --ratio -4           | --ratio: -4 (expected: a whole number from 1 to 256)
          compress pom.xml --ratio 0            | --ratio: 0 (expected: a whole number from 1 to 256)
          compress pom.xml --ratio 4 --ttl -1h  | --ttl: -1h (expected: a number and s, m, h or d
          compress pom.xml                      | --ratio: none (expected: --ratio N)
          compress pom.xml --ratio              | --ratio: none (expected: --ratio N)
          compress pom.xml --ratio 4 --ratio 8  | --ratio: several times (expected: once)
          compress pom.xml --ratio 4 --window x | --window: x (expected: content or fixed)
          compress pom.xml --ratio 4 --label x  | --label: x (expected: KEY=VALUE)
          contexts --label x                    | --label: x (expected: KEY=VALUE)
          contexts --since 1y                   | --since: 1y (expected: a number and s, m, h or d
          contexts --before soon                | --before: soon (expected: a number
          contexts update ctx --pin a --for 1y  | --for: 1y (expected: a number
          compress src --ratio 4                | file: src (expected: a file, not a directory)
          contexts --sever                      | --sever (expected: an option or a command of laconic contexts; similar: --server)
          """)
  void refusesBeforeItCalls(String arguments, String message) {
    List<String> all = new ArrayList<>(List.of(arguments.strip().split(" +")));
    all.addAll(List.of("--server", NOBODY));

    assertThat(execute(all.toArray(String[]::new))).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).startsWith("error: " + message);
    assertThat(err.toString().lines().count()).isLessThanOrEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          up --port -1                            | --port: -1 (expected: a whole number from 0 to 65535)
          up --port 70707                         | --port: 70707 (expected: a whole number from 0 to 65535)
          up --slots 0                            | --slots: 0 (expected: a whole number from 1
          up --max-positions -5                   | --max-positions: -5 (expected: a whole number from 1
          up --model x --host nowhere.invalid     | --host: nowhere.invalid (expected: a name or an address of this machine)
          up --model x --set laconic.gateway.pool-refesh=1s | --set: laconic.gateway.pool-refesh (expected: a setting of a tier; similar: laconic.gateway.pool-refresh)
          demo --file src                         | file: src (expected: a file, not a directory)
          evaluate --model x --text src           | file: src (expected: a file, not a directory)
          up --model x --api-key wonderland       | --api-key: number 1 (expected: TENANT=KEY
          up --model x --api-key Alice!=key       | --api-key: number 1 (expected: TENANT=KEY, the tenant of lower-case letters
          """)
  void refusesToStart(String arguments, String message) {
    assertThat(execute(arguments.strip().split(" +"))).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).startsWith("error: " + message).doesNotContain("\tat ");
  }

  @Test
  void everyOptionSaysWhatItTakesAndWhatItIs() {
    assertExplained(Laconic.commandLine());
  }

  private static void assertExplained(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    for (ArgSpec argument : spec.args()) {
      String name = spec.qualifiedName() + " " + argument;
      if (argument.arity().max() > 0) {
        assertThat(argument.paramLabel()).as(name).matches("[A-Z0-9:=]+");
      }
      assertThat(argument.description()).as(name).isNotEmpty();
    }
    command.getSubcommands().values().forEach(UsageTest::assertExplained);
  }

  @Test
  void tellsAMachineToo() {
    assertThat(execute("contexts", "--sever", "--json")).isEqualTo(ExitCode.USAGE);
    assertThat(out.toString()).contains("\"code\" : \"CLIENT\"");
    assertThat(execute("contexts", "--server", NOBODY, "--json")).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(out.toString()).contains("\"code\" : \"UNAVAILABLE\"");
    assertThat(err.toString()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:99999",
        "localhost:0",
        "localhost:",
        "localhost:-1",
        "foo:bar",
        ":7070",
        "a b:7070",
        "http://localhost:7070",
        "localhost:7070/x",
        "me@localhost:7070",
        ""
      })
  void refusesWhatIsNoAddress(String address) {
    String told =
        ": " + address + " (expected: a host and a port from 1 to 65535, such as localhost:7070)";
    assertThat(execute("contexts", "--server", address)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).isEqualTo("error: --server" + told + "\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GatewayOptions.address("LACONIC_SERVER", address))
        .withMessage("LACONIC_SERVER" + told);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:1", "10.0.0.1:65535", "[::1]:7070", "gateway.example"})
  void takesAnAddress(String address) {
    assertThat(GatewayOptions.address("--server", address)).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret\n", "sec\u00fcret", "sec\u0001ret", ""})
  void refusesAKeyThatNoHeaderTakes(String key) {
    assertThat(execute("contexts", "--server", NOBODY, "--api-key", key)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .isEqualTo("error: --api-key: not shown (expected: a key of visible ASCII characters)\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GatewayOptions.key("LACONIC_API_KEY", key))
        .withMessage("LACONIC_API_KEY: not shown (expected: a key of visible ASCII characters)");
  }

  @Test
  void neverRepeatsAKey() {
    execute("contxts", "--api-key", "secret");
    execute("contexts", "--apikey=secret");
    execute("up", "--api-key", "secret");
    execute("up", "--api-key", "alice=sec ret");
    execute("up", "--api-key", "alice=secret\n");
    execute("up", "--api-key", "Secret=");
    execute("up", "--api-key", "Secret==");
    assertThat(err.toString() + out).doesNotContainIgnoringCase("secret").doesNotContain("sec ret");
  }
}
