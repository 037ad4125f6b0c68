package ai.laconic.cli.evaluate;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.Upload;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationFinished;
import ai.laconic.v1.ScoreRequest;
import ai.laconic.v1.ScoreResponse;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Windowing;
import com.google.protobuf.Duration;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;

/** Calls a gateway. */
record GatewayCalls(Connection connection, int ratio) implements Served {
  /** Longer than any one case takes; what is older may leave the cache. */
  private static final Duration TTL = Duration.newBuilder().setSeconds(3600).build();

  @Override
  public Context compress(String text, Windowing windowing) {
    ContextOptions options =
        ContextOptions.newBuilder()
            .setRatio(ratio)
            .setName("evaluation")
            .setWindowing(windowing)
            .setTtl(TTL)
            .setDiscardSource(true)
            .build();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      return Upload.run(connection, new ByteArrayInputStream(bytes), options, progress -> {});
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Answer generate(List<Turn> turns, int maxTokens) {
    GenerateRequest request =
        GenerateRequest.newBuilder()
            .setRatio(ratio)
            .setMaxTokens(maxTokens)
            .addAllTurns(turns)
            .build();
    StringBuilder text = new StringBuilder();
    GenerationFinished finished = GenerationFinished.getDefaultInstance();
    Iterator<GenerateResponse> events = connection.generation().generate(request);
    while (events.hasNext()) {
      GenerateResponse event = events.next();
      if (event.hasFinished()) {
        finished = event.getFinished();
      } else {
        text.append(event.getText());
      }
    }
    return new Answer(
        text.toString().strip(),
        finished.getUsage().getPromptPositions(),
        finished.getUsage().getGeneratedTokens());
  }

  @Override
  public ScoreResponse score(List<Turn> turns, String continuation, boolean ends) {
    return connection
        .generation()
        .score(
            ScoreRequest.newBuilder()
                .setRatio(ratio)
                .addAllTurns(turns)
                .setContinuation(continuation)
                .setEnds(ends)
                .build());
  }
}
