package ai.laconic.it;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.Upload;
import ai.laconic.cli.standalone.Engine;
import ai.laconic.cli.standalone.Standalone;
import ai.laconic.cli.standalone.StandaloneOptions;
import ai.laconic.cli.standalone.Storage;
import ai.laconic.runtime.Golden;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextPart;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.ListPoolsRequest;
import ai.laconic.v1.Part;
import ai.laconic.v1.Pool;
import ai.laconic.v1.Role;
import ai.laconic.v1.Turn;
import com.google.common.collect.ImmutableList;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A store too small for all contexts: those whose blocks it evicts are answered all the same. */
class HealingIT {
  private static final long STORE_BYTES = 64 << 10;

  private static Standalone standalone;
  private static Connection connection;

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
                Map.of("laconic.cache.blocks.max-size", STORE_BYTES + "B")));
    connection = Connection.open(standalone.gateway(), Optional.empty());
    Awaitility.await()
        .until(
            () ->
                connection
                    .pools()
                    .listPools(ListPoolsRequest.getDefaultInstance())
                    .getPoolsList()
                    .stream()
                    .allMatch(Pool::getDecoderReady));
  }

  @AfterAll
  static void stop() {
    connection.close();
    standalone.close();
  }

  private static Context compress(int number) throws IOException {
    String text =
        IntStream.range(0, 12)
            .mapToObj(i -> "Experiment " + number + "." + i + " with rays of light.\n\n")
            .collect(Collectors.joining());
    return Upload.run(
        connection,
        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
        ContextOptions.newBuilder().setRatio(4).build(),
        progress -> {});
  }

  private record Answer(String text, int remadeWindows) {}

  private static Answer ask(Context context) {
    List<GenerateResponse> events =
        ImmutableList.copyOf(
            connection
                .generation()
                .generate(
                    GenerateRequest.newBuilder()
                        .addTurns(
                            Turn.newBuilder()
                                .setRole(Role.ROLE_USER)
                                .addParts(
                                    Part.newBuilder()
                                        .setContext(
                                            ContextPart.newBuilder().setContextId(context.getId())))
                                .addParts(Part.newBuilder().setText("\nWhat?")))
                        .setMaxTokens(8)
                        .build()));
    return new Answer(
        events.stream().map(GenerateResponse::getText).collect(Collectors.joining()),
        events.get(events.size() - 1).getFinished().getUsage().getRemadeWindows());
  }

  @Test
  void blocksThatWereEvictedAreMadeAgainWhileTheQuestionWaits() throws Exception {
    Context first = compress(0);
    Answer before = ask(first);
    assertThat(before.remadeWindows()).isZero();
    long stored = first.getBlockBytes();
    // Questions about others have the decoder forget the first.
    for (int i = 1; stored < 3 * STORE_BYTES; i++) {
      Context other = compress(i);
      Answer unused = ask(other);
      stored += other.getBlockBytes();
    }
    Answer after = ask(first);
    assertThat(after.remadeWindows()).isEqualTo(first.getSegmentCount());
    assertThat(after.text()).isEqualTo(before.text());
    assertThat(ask(first).remadeWindows()).isZero();
  }
}
