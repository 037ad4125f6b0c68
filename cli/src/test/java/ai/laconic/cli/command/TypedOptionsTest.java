package ai.laconic.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cli.client.Failure;
import ai.laconic.servicekit.error.Problems;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class TypedOptionsTest {
  /** Returns the innermost command that {@code typed} names, with its options as they are typed. */
  private static CommandSpec command(String typed) {
    CommandLine.ParseResult parsed = Laconic.commandLine().parseArgs(typed.split(" +"));
    while (parsed.hasSubcommand()) {
      parsed = Objects.requireNonNull(parsed.subcommand());
    }
    return parsed.commandSpec();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          compress f --ratio 4 --ttl 8d             | ttl                                     | 691200s | at most 604800s | --ttl: 8d (expected: at most 7d)
          append c f --ttl 0s                       | options.ttl                             | 0s      | at least 1s     | --ttl: 0s (expected: at least 1s)
          contexts update c --pin a --for 8d        | pin.ttl                                 | 691200s | at most 604800s | --for: 8d (expected: at most 7d)
          contexts update c --pin a! --for 1h       | pin.owner                               | a!      | letters         | --pin: a! (expected: letters)
          contexts update c --unpin a!              | pin.owner                               | a!      | letters         | --unpin: a! (expected: letters)
          compress f --ratio 4 --request-id x!      | options.request_id                      | x!      | letters         | --request-id: x! (expected: letters)
          compress f --ratio 4 --label k!=v         | options.labels                          | k!      | letters         | --label: k! (expected: letters)
          compress f --ratio 5                      | ratio                                   | 5       | 4               | --ratio: 5 (expected: 4)
          ask c q --segments 29-40                  | turns[0].parts[0].context.range.end     | 41      | 1 to 40         | --segments: 29-40 (expected: 0 to 39)
          ask c q --expand 3 --expand 99            | turns[0].parts[0].context.expand        | 99      | 0 to 39         | --expand: 99 (expected: 0 to 39)
          ask c q --top-k 2000                      | sampling.top_k                          | 2000    | at most 1000    | --top-k: 2000 (expected: at most 1000)
          expand c 99                               | segment                                 | 99      | 0 to 39         | SEGMENT: 99 (expected: 0 to 39)
          append c f                                | ttl                                     | 8s      | at most 7s      | ttl: 8s (expected: at most 7s)
          compress f --ratio 4                      | quota of tenant a                       | 9 bytes | at most 8       | quota of tenant a: 9 bytes (expected: at most 8)
          """)
  void saysItOfWhatWasTyped(
      String typed, String field, String value, String expected, String message) {
    StatusRuntimeException problem = Problems.outOfRange(field, value, expected);
    assertThat(TypedOptions.explain(Failure.of(problem), command(typed)).message())
        .isEqualTo(message);
  }
}
