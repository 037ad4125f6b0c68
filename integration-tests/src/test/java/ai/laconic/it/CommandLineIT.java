package ai.laconic.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.command.Laconic;
import ai.laconic.cli.standalone.Engine;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.cli.standalone.StandaloneOptions;
import ai.laconic.cli.standalone.Storage;
import ai.laconic.runtime.Golden;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The command line as a person and as a script use it, against a running system. */
class CommandLineIT {
  private static final String TEXT = "The rays of light differ in colour.\n\n".repeat(12);

  private static Standalone standalone;

  @TempDir static Path folder;

  private record Result(int exitCode, String out, String err) {
    JsonNode json() {
      return JsonMapper.builder().build().readTree(out);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    standalone =
        Standalone.start(
            new StandaloneOptions(
                List.of(Golden.checkpoint()),
                Engine.ONNX,
                new Storage.Memory(),
                "127.0.0.1",
                0,
                2048,
                2,
                Map.of()));
    Awaitility.await().until(() -> run("pools").out().contains("yes"));
  }

  @AfterAll
  static void stop() {
    standalone.close();
  }

  private static Result run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--server", standalone.gateway()));
    return execute(all.toArray(String[]::new));
  }

  private static Result execute(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Laconic.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new Result(exitCode, out.toString(), err.toString());
  }

  private static String compress(String name) throws Exception {
    Path file = Files.writeString(folder.resolve(name + ".txt"), TEXT);
    Result result = run("compress", file.toString(), "--ratio", "4", "--name", name, "--json");
    assertThat(result.exitCode()).isEqualTo(ExitCode.OK);
    return result.json().path("id").stringValue();
  }

  @Test
  void compressesAndListsForPeople() throws Exception {
    Path file = Files.writeString(folder.resolve("people.txt"), TEXT);
    Result compressed = run("compress", file.toString(), "--ratio", "4");
    assertThat(compressed.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(compressed.out()).contains("latents at 4x").containsPattern("ctx_[0-9a-f]{32}");
    assertThat(run("contexts").out()).contains("people.txt").contains("tiny-4x");
  }

  @Test
  void asksByIdByNameAndByTheBeginningOfAnId() throws Exception {
    String id = compress("asked");
    String byId = run("ask", id, "What differs?", "--max-tokens", "8").out();
    assertThat(byId).isNotBlank();
    assertThat(run("ask", id, "What differs?", "--max-tokens", "8").err())
        .containsPattern("\\. \\d+ positions of prompt, \\d+ of them latents, \\d+ still held");
    assertThat(run("ask", "asked", "What differs?", "--max-tokens", "8").out()).isEqualTo(byId);
    assertThat(run("ask", id.substring(0, 20), "What differs?", "--max-tokens", "8").out())
        .isEqualTo(byId);
  }

  @Test
  void answersAMachineWithOneObject() throws Exception {
    String id = compress("machine");
    JsonNode answer = run("ask", id, "Why?", "--max-tokens", "4", "--json").json();
    assertThat(answer.path("pool").stringValue()).isEqualTo("tiny-4x");
    assertThat(answer.path("prompt_latents").intValue()).isPositive();
    assertThat(answer.path("cached_positions").intValue())
        .isBetween(0, answer.path("prompt_positions").intValue());
    assertThat(answer.path("generated_tokens").intValue()).isLessThanOrEqualTo(4);
  }

  @Test
  void saysThatAnAnswerWasCutOff() throws Exception {
    String id = compress("cut");
    JsonNode answer = run("ask", id, "Why?", "--max-tokens", "1", "--json").json();
    assertThat(answer.path("finish_reason").stringValue()).isEqualTo("FINISH_REASON_LENGTH");
    assertThat(run("ask", id, "Why?", "--max-tokens", "1").err())
        .contains(". cut off after 1 tokens: --max-tokens");
  }

  @Test
  void takesSegmentsAlikeEverywhere() throws Exception {
    Path file = Files.writeString(folder.resolve("long.txt"), TEXT.repeat(8));
    run("compress", file.toString(), "--ratio", "4", "--name", "long");
    int segments =
        run("contexts", "show", "long", "--json").json().path("segment_count").intValue();
    assertThat(segments).isGreaterThan(1);
    for (String typed : List.of("0-1", "0,1")) {
      assertThat(run("expand", "long", typed).out())
          .isEqualTo(run("expand", "long", "0", "1").out());
      for (String option : List.of("--segments", "--expand")) {
        assertThat(run("ask", "long", "Why?", "--max-tokens", "2", option, typed).exitCode())
            .isEqualTo(ExitCode.OK);
      }
    }
    assertThat(run("ask", "long", "Why?", "--max-tokens", "2", "--segments", "1").exitCode())
        .isEqualTo(ExitCode.OK);
  }

  @Test
  void expandsByteForByte() throws Exception {
    String id = compress("expanded");
    int segments = run("contexts", "show", id, "--json").json().path("segments").size();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < segments; i++) {
      text.append(run("expand", id, Integer.toString(i)).out());
    }
    assertThat(text.toString()).isEqualTo(TEXT);
  }

  @Test
  void deletes() throws Exception {
    String id = compress("deleted");
    assertThat(run("contexts", "delete", id).exitCode()).isEqualTo(ExitCode.OK);
    Result again = run("contexts", "delete", id);
    assertThat(again.exitCode()).isEqualTo(ExitCode.NOT_FOUND);
    assertThat(again.err()).startsWith("error: ").contains(id).contains("laconic contexts");
  }

  @Test
  void appendsWithoutTouchingTheOldOne() throws Exception {
    String id = compress("begun");
    JsonNode before = run("contexts", "show", id, "--json").json();
    Path more = Files.writeString(folder.resolve("more.txt"), "The end of it.\n");

    Result appended = run("append", "begun", more.toString(), "--name", "ended", "--json");

    assertThat(appended.exitCode()).isEqualTo(ExitCode.OK);
    JsonNode whole = appended.json();
    assertThat(whole.path("parent_id").stringValue()).isEqualTo(id);
    assertThat(whole.path("name").stringValue()).isEqualTo("ended");
    int last = whole.path("segments").size() - 1;
    assertThat(last).isGreaterThanOrEqualTo(before.path("segments").size());
    assertThat(run("expand", "ended", Integer.toString(last)).out()).endsWith("The end of it.\n");
    assertThat(run("contexts", "show", id, "--json").json().path("segments"))
        .isEqualTo(before.path("segments"));
    assertThat(run("ask", "ended", "What ends?", "--max-tokens", "4").exitCode())
        .isEqualTo(ExitCode.OK);
  }

  @Test
  void countsWhatAnAppendedContextSharesAsReused() throws Exception {
    compress("shared");
    int before =
        run("contexts", "show", "shared", "--json").json().path("segment_count").intValue();
    Path more = Files.writeString(folder.resolve("news.txt"), "Something new.\n");

    String appended = run("append", "shared", more.toString()).out();
    assertThat(appended).contains("in " + (before + 1) + " windows (" + before + " reused)");
    String again = run("append", "shared", more.toString()).out();
    assertThat(again).contains("in " + (before + 2) + " windows (" + (before + 2) + " reused)");
  }

  @Test
  void findsTheNewestOfAName() throws Exception {
    String older = compress("twice");
    String newer = compress("twice");
    Result asked = run("ask", "twice", "Why?", "--max-tokens", "2");
    assertThat(asked.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(asked.err()).contains(newer + " is the newest of 2 contexts named twice");
    assertThat(run("contexts", "--name", "twice", "--oldest-first").out())
        .containsSubsequence(older, newer);
  }

  @Test
  void filtersByLabelAndAge() throws Exception {
    Path file = Files.writeString(folder.resolve("labelled.txt"), TEXT);
    run("compress", file.toString(), "--ratio", "4", "--label", "kind=optics", "--public");
    assertThat(run("contexts", "--label", "kind=optics", "--since", "1h").out())
        .contains("labelled.txt")
        .contains("CREATED")
        .contains("kind=optics");
    assertThat(run("contexts", "--label", "kind=other").out()).doesNotContain("labelled.txt");
    assertThat(run("contexts", "--before", "1h").out()).doesNotContain("labelled.txt");
  }

  @Test
  void takesLabelsAway() throws Exception {
    String id = compress("unlabelled");
    run("contexts", "update", id, "--label", "kind=optics");
    assertThat(run("contexts", "--label", "kind=optics").out()).contains(id);
    assertThat(run("contexts", "update", id, "--no-labels").exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run("contexts", "show", id, "--json").json().path("labels")).isEmpty();
  }

  @Test
  void aPinKeepsAContextUntilItIsTakenAway() throws Exception {
    String id = compress("pinned");
    Result pinned = run("contexts", "update", id, "--pin", "nightly", "--for", "2h");
    assertThat(pinned.out()).contains("nightly");
    assertExplained(ExitCode.REFUSED, "pinned by nightly until ", "contexts", "delete", id);
    assertExplained(
        ExitCode.REFUSED,
        "laconic contexts update " + id + " --unpin nightly",
        "contexts",
        "delete",
        id);
    assertThat(run("contexts", "update", id, "--unpin", "nightly", "--name", "free").exitCode())
        .isEqualTo(ExitCode.OK);
    assertThat(run("contexts", "delete", "free").exitCode()).isEqualTo(ExitCode.OK);
  }

  @Test
  void explainsWrongInput() throws Exception {
    String id = compress("wrong");
    Path file = folder.resolve("wrong.txt");
    Path empty = Files.writeString(folder.resolve("empty.txt"), "");
    assertExplained(ExitCode.REFUSED, "ratio: 5", "compress", file.toString(), "--ratio", "5");
    assertExplained(ExitCode.REFUSED, "text", "compress", empty.toString(), "--ratio", "4");
    assertExplained(ExitCode.USAGE, "nowhere.txt", "compress", "nowhere.txt", "--ratio", "4");
    assertExplained(
        ExitCode.USAGE,
        "--ttl: soon",
        "compress",
        file.toString(),
        "--ratio",
        "4",
        "--ttl",
        "soon");
    assertExplained(ExitCode.NOT_FOUND, "context: nobody", "ask", "nobody", "Why?");
    assertExplained(ExitCode.NOT_FOUND, "ctx_", "ask", "ctx_" + "0".repeat(32), "Why?");
    assertExplained(ExitCode.REFUSED, "99", "expand", id, "99");
    assertExplained(
        ExitCode.REFUSED,
        "--segments: 0-2147483646 (expected: 0 to ",
        "ask",
        id,
        "Why?",
        "--segments",
        "0-2147483646");
    assertExplained(
        ExitCode.REFUSED,
        "--request-id: a b (expected: at most 128 characters",
        "compress",
        file.toString(),
        "--ratio",
        "4",
        "--request-id",
        "a b");
    assertExplained(ExitCode.USAGE, "--segments: x", "ask", id, "Why?", "--segments", "x");
    assertExplained(ExitCode.REFUSED, "--expand: 99", "ask", id, "Why?", "--expand", "99");
    assertExplained(
        ExitCode.REFUSED,
        "--ttl: 8d (expected: at most 7d)",
        "compress",
        file.toString(),
        "--ratio",
        "4",
        "--ttl",
        "8d");
    assertExplained(
        ExitCode.REFUSED, "--for: 8d", "contexts", "update", id, "--pin", "a", "--for", "8d");
    assertExplained(
        ExitCode.REFUSED, "--pin: a b (", "contexts", "update", id, "--pin", "a b", "--for", "1h");
    assertExplained(
        ExitCode.REFUSED, "--label: ", "contexts", "update", id, "--label", "no key=value");
    assertExplained(ExitCode.REFUSED, "--temperature", "ask", id, "Why?", "--temperature", "9");
    assertExplained(
        ExitCode.USAGE, "--ratio: none (expected: --ratio N)", "compress", file.toString());
  }

  private static void assertExplained(int exitCode, String message, String... arguments) {
    Result result = run(arguments);
    assertThat(result.err()).contains(message).doesNotContain("\tat ");
    assertThat(result.exitCode()).isEqualTo(exitCode);
  }

  @Test
  void noNameForgesARow() throws Exception {
    Path file = Files.writeString(folder.resolve("forged.txt"), TEXT);
    run("compress", file.toString(), "--ratio", "4", "--name", "a\nctx_0\u001b[2K\u202e");

    Result listed = run("contexts");
    assertThat(listed.out()).contains("a\\nctx_0\\u001b[2K\\u202e").doesNotContain("\u001b");
    assertThat(listed.out().lines().skip(1)).allMatch(row -> row.matches("ctx_[0-9a-f]{32}  .*"));
  }

  @Test
  void saysThatNobodyKnowsAHost() {
    Result result = execute("contexts", "--server", "nowhere.invalid:7070");
    assertThat(result.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(result.err()).startsWith("error: gateway: nowhere.invalid");
  }

  @Test
  void saysThatNoGatewayAnswers() {
    Result result = execute("contexts", "--server", "127.0.0.1:1");
    assertThat(result.exitCode()).isEqualTo(ExitCode.UNAVAILABLE);
    assertThat(result.err()).contains("laconic up");
  }

  @Test
  void refusesToStartWithoutAModel() {
    Result result = execute("up", "--model", folder.resolve("none").toString(), "--port", "0");
    assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).startsWith("error: ").contains("none");
  }

  @Test
  void refusesToStartWithASettingThatItNames() {
    Result result =
        execute(
            "up",
            "--model",
            Golden.checkpoint().toString(),
            "--port",
            "0",
            "--set",
            "laconic.gateway.patience=-5s");
    assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .startsWith("error: laconic.gateway.patience: PT-5S (expected: 0 or more)");
  }

  @Test
  void refusesToStartWhereAnotherGatewayRuns() {
    String port = standalone.gateway().substring(standalone.gateway().indexOf(':') + 1);
    Result result = execute("up", "--model", Golden.checkpoint().toString(), "--port", port);
    assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).startsWith("error: --host, --port: 127.0.0.1:" + port).hasLineCount(1);
  }
}
