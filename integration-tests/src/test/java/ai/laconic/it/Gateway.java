package ai.laconic.it;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.Upload;
import ai.laconic.runtime.Golden;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextOptions;
import ai.laconic.v1.ContextPart;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationFinished;
import ai.laconic.v1.GenerationStarted;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Windowing;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;

/** What the suite does with a gateway, wherever it runs. */
record Gateway(Connection connection) {
  /** Ratio of the golden checkpoint. */
  static final int RATIO = 4;

  /** An answer with its first and last event. */
  record Answer(GenerationStarted started, String text, GenerationFinished finished) {}

  Context compress(String text) throws IOException {
    return compress(text.getBytes(StandardCharsets.UTF_8), RATIO);
  }

  Context compress(byte[] text, int ratio) throws IOException {
    ContextOptions options =
        ContextOptions.newBuilder()
            .setRatio(ratio)
            .setName("golden")
            .setWindowing(Windowing.WINDOWING_FIXED)
            .build();
    return Upload.run(connection, new ByteArrayInputStream(text), options, progress -> {});
  }

  Answer ask(Part... parts) {
    return ask(64, parts);
  }

  Answer ask(int maxTokens, Part... parts) {
    Iterator<GenerateResponse> events =
        connection.generation().generate(request(maxTokens, List.of(parts)));
    GenerationStarted started = events.next().getStarted();
    StringBuilder text = new StringBuilder();
    GenerateResponse event = events.next();
    while (!event.hasFinished()) {
      text.append(event.getText());
      event = events.next();
    }
    return new Answer(started, text.toString(), event.getFinished());
  }

  static GenerateRequest request(int maxTokens, List<Part> parts) {
    return GenerateRequest.newBuilder()
        .setRatio(RATIO)
        .setMaxTokens(maxTokens)
        .addTurns(Turn.newBuilder().setRole(Role.ROLE_USER).addAllParts(parts))
        .build();
  }

  static Part raw(String text) {
    return Part.newBuilder().setText(text).build();
  }

  static Part context(Context context) {
    return Part.newBuilder()
        .setContext(ContextPart.newBuilder().setContextId(context.getId()))
        .build();
  }

  static Part context(Context context, int... expanded) {
    ContextPart.Builder part = ContextPart.newBuilder().setContextId(context.getId());
    for (int segment : expanded) {
      part.addExpand(segment);
    }
    return Part.newBuilder().setContext(part).build();
  }

  /** Makes a part as the golden prompt has it: a context for what it compresses. */
  Part golden(Golden.Part part) throws IOException {
    return part.compressed() ? context(compress(part.text())) : raw(part.text());
  }
}
