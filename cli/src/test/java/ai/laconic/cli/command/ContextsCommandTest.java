package ai.laconic.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.v1.AppendOptions;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextFilter;
import ai.laconic.v1.ContextOrder;
import ai.laconic.v1.Expiration;
import ai.laconic.v1.Pin;
import ai.laconic.v1.UpdateContextRequest;
import com.google.protobuf.Timestamp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands about contexts, and what they ask of a gateway. */
class ContextsCommandTest {
  private static final String ID = "ctx_" + "1".repeat(32);

  @TempDir Path folder;
  private FakeGateway gateway;

  @BeforeEach
  void start() throws Exception {
    gateway = new FakeGateway();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void listsWhatPassesTheFilterInTheOrderAskedFor() {
    long before = Instant.now().getEpochSecond();
    assertThat(
            gateway.run(
                "contexts",
                "--name",
                "book",
                "--label",
                "kind=novel",
                "--label",
                "lang=en",
                "--since",
                "2h",
                "--before",
                "1m",
                "--oldest-first"))
        .isEqualTo(ExitCode.OK);
    ContextFilter filter = gateway.lists.get(0).getFilter();
    assertThat(filter.getName()).isEqualTo("book");
    assertThat(filter.getLabelsMap()).containsEntry("kind", "novel").containsEntry("lang", "en");
    assertThat(filter.getCreatedAfter().getSeconds()).isGreaterThanOrEqualTo(before - 7200);
    assertThat(filter.getCreatedBefore().getSeconds() - filter.getCreatedAfter().getSeconds())
        .isEqualTo(7140);
    assertThat(gateway.lists.get(0).getOrder()).isEqualTo(ContextOrder.CONTEXT_ORDER_OLDEST_FIRST);
  }

  @Test
  void saysWhatTheyTakeAndWhoHoldsThem() {
    gateway.contexts.add(
        Context.newBuilder()
            .setId(ID)
            .setBlockBytes(2048)
            .setTextBytes(1024)
            .setSourceKept(true)
            .setCreated(Timestamp.newBuilder().setSeconds(1_800_000_000))
            .putLabels("lang", "en")
            .putLabels("kind", "novel")
            .addPins(Pin.newBuilder().setOwner("nightly"))
            .addPins(Pin.newBuilder().setOwner("audit"))
            .build());
    assertThat(gateway.run("contexts")).isEqualTo(ExitCode.OK);
    assertThat(gateway.out.toString())
        .contains("BYTES")
        .containsPattern("2027-01-1[45] \\d\\d:\\d\\d(Z|[+-])")
        .contains("kind=novel, lang=en")
        .contains("3.0 KiB")
        .contains("nightly, audit");
  }

  @Test
  void saysThatThereAreNone() {
    assertThat(gateway.run("contexts")).isEqualTo(ExitCode.OK);
    assertThat(gateway.out.toString()).isEmpty();
    assertThat(gateway.err.toString()).isEqualTo(". no contexts\n");
    assertThat(gateway.run("contexts", "--json")).isEqualTo(ExitCode.OK);
    assertThat(gateway.out.toString()).contains("\"contexts\": []");
  }

  @Test
  void takesLabelsAway() {
    assertThat(gateway.run("contexts", "update", ID, "--no-labels")).isEqualTo(ExitCode.OK);
    assertThat(gateway.updates.get(0).hasLabels()).isTrue();
    assertThat(gateway.updates.get(0).getLabels().getLabelsMap()).isEmpty();
  }

  @Test
  void changesWhatIsSaid() {
    assertThat(
            gateway.run(
                "contexts",
                "update",
                ID,
                "--name",
                "new",
                "--ttl",
                "1h",
                "--label",
                "a=b",
                "--pin",
                "nightly",
                "--for",
                "2h"))
        .isEqualTo(ExitCode.OK);
    UpdateContextRequest update = gateway.updates.get(0);
    assertThat(update.getName()).isEqualTo("new");
    assertThat(update.getTtl().getSeconds()).isEqualTo(3600);
    assertThat(update.getLabels().getLabelsMap()).containsEntry("a", "b");
    assertThat(update.getPin().getOwner()).isEqualTo("nightly");
    assertThat(update.getPin().getTtl().getSeconds()).isEqualTo(7200);

    assertThat(gateway.run("contexts", "update", ID, "--unpin", "nightly")).isEqualTo(ExitCode.OK);
    assertThat(gateway.updates.get(1).getPin().hasTtl()).isFalse();
    assertThat(gateway.updates.get(1).hasName()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --name= --pin a            | --pin: without --for (expected: both)
          --for 2h                   | --for: without --pin (expected: both)
          --pin a --for 2h --unpin b | --pin, --unpin: both (expected: one of them)
          --json                     | change: none (expected: --name, --ttl
          --ttl soon                 | --ttl: soon (expected
          --label a=b --no-labels    | --label, --no-labels: both (expected: one of them)
          """)
  void refusesChangesThatMakeNoSense(String options, String message) {
    String[] arguments = ("contexts update " + ID + " " + options.strip()).split(" +");
    assertThat(gateway.run(arguments)).isEqualTo(ExitCode.USAGE);
    assertThat(gateway.out + "" + gateway.err).contains(message);
    assertThat(gateway.updates).isEmpty();
  }

  @Test
  void appendsTextsOneAfterAnotherToTheNewestOfAName() throws Exception {
    gateway.contexts.add(Context.newBuilder().setId(ID).setName("book").build());
    Path one = Files.writeString(folder.resolve("one.txt"), "One. ");
    Path two = Files.writeString(folder.resolve("two.txt"), "Two.");
    assertThat(
            gateway.run(
                "append",
                "book",
                one.toString(),
                two.toString(),
                "--sliding",
                "--label",
                "a=b",
                "--request-id",
                "r"))
        .isEqualTo(ExitCode.OK);
    assertThat(gateway.appends.get(0).getOptions())
        .isEqualTo(
            AppendOptions.newBuilder()
                .setParentId(ID)
                .setExpiration(Expiration.EXPIRATION_SLIDING)
                .putLabels("a", "b")
                .setRequestId("r")
                .build());
    StringBuilder text = new StringBuilder();
    gateway.appends.stream().skip(1).forEach(piece -> text.append(piece.getText().toStringUtf8()));
    assertThat(text.toString()).isEqualTo("One. Two.");
    assertThat(gateway.out.toString()).contains("ctx_new");
    assertThat(gateway.out.toString())
        .as("7 of the parent, and 1 that the cache had")
        .contains("in 10 windows (8 reused)");
  }

  @Test
  void refusesToAppendAFileThatIsNone() {
    assertThat(gateway.run("append", ID, folder.resolve("none.txt").toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(gateway.err.toString()).contains("none.txt");
  }
}
