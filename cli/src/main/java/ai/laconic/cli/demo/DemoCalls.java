package ai.laconic.cli.demo;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.Upload;
import ai.laconic.cli.probe.Reconstruction;
import ai.laconic.v1.CompressionProgress;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextPart;
import ai.laconic.v1.ExpandSegmentsRequest;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.ScoreRequest;
import ai.laconic.v1.SegmentRange;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Usage;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** The public calls that the demo makes, each with the time that its caller waits. */
final class DemoCalls {
  private final Connection connection;
  private final int ratio;

  DemoCalls(Connection connection, int ratio) {
    this.connection = connection;
    this.ratio = ratio;
  }

  /**
   * @param took from the first byte sent to the finished context
   */
  record Compressed(Context context, Duration took) {}

  /**
   * @param firstToken from the request to the first text; the whole answer if there was none
   */
  record Answer(String text, Duration firstToken, Usage usage) {}

  Compressed compress(String text, String name, Consumer<CompressionProgress> progress)
      throws IOException {
    long start = System.nanoTime();
    ContextOptions options = ContextOptions.newBuilder().setRatio(ratio).setName(name).build();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Context context = Upload.run(connection, new ByteArrayInputStream(bytes), options, progress);
    return new Compressed(context, since(start));
  }

  Answer askContext(Context context, String question, int maxTokens) {
    return ask(ContextPart.newBuilder().setContextId(context.getId()), question, maxTokens);
  }

  /**
   * Asks about a few segments, without reading others.
   *
   * @param expanded the one of them that is read as raw text instead of latents
   */
  Answer askExpanded(
      Context context, SegmentRange range, int expanded, String question, int maxTokens) {
    return ask(
        ContextPart.newBuilder().setContextId(context.getId()).setRange(range).addExpand(expanded),
        question,
        maxTokens);
  }

  private Answer ask(ContextPart.Builder context, String question, int maxTokens) {
    return ask(Part.newBuilder().setContext(context).build(), question, maxTokens);
  }

  /** Reads the text uncompressed, on the same engine. */
  Answer askRaw(String text, String question, int maxTokens) {
    return ask(Part.newBuilder().setText(text).build(), question, maxTokens);
  }

  /**
   * Returns the share of an answer's tokens that the decoder would choose, each after the right
   * ones before it; nothing if its engine cannot say.
   */
  OptionalDouble score(Context context, String question, String answer) {
    ContextPart.Builder whole = ContextPart.newBuilder().setContextId(context.getId());
    ScoreRequest request =
        ScoreRequest.newBuilder()
            .setRatio(ratio)
            .addTurns(turn(Part.newBuilder().setContext(whole).build(), question))
            .setContinuation(answer)
            .build();
    try {
      return OptionalDouble.of(
          Reconstruction.firstChoices(connection.generation().score(request).getTokensList()));
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
        return OptionalDouble.empty();
      }
      throw e;
    }
  }

  private static Turn turn(Part context, String question) {
    return Turn.newBuilder()
        .setRole(Role.ROLE_USER)
        .addParts(context)
        .addParts(Part.newBuilder().setText("\n" + question))
        .build();
  }

  private Answer ask(Part context, String question, int maxTokens) {
    GenerateRequest request =
        GenerateRequest.newBuilder()
            .setRatio(ratio)
            .setMaxTokens(maxTokens)
            .addTurns(turn(context, question))
            .build();
    long start = System.nanoTime();
    Duration firstToken = null;
    Usage usage = Usage.getDefaultInstance();
    StringBuilder text = new StringBuilder();
    Iterator<GenerateResponse> events = connection.generation().generate(request);
    while (events.hasNext()) {
      GenerateResponse event = events.next();
      if (event.hasFinished()) {
        usage = event.getFinished().getUsage();
      } else if (event.getEventCase() == GenerateResponse.EventCase.TEXT) {
        firstToken = firstToken == null ? since(start) : firstToken;
        text.append(event.getText());
      }
    }
    return new Answer(text.toString(), firstToken == null ? since(start) : firstToken, usage);
  }

  String expand(Context context, int segment) {
    return connection
        .expansions()
        .expandSegments(
            ExpandSegmentsRequest.newBuilder()
                .setContextId(context.getId())
                .addSegments(segment)
                .build())
        .next()
        .getText();
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
