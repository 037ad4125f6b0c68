package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.v1.ContextPart;
import ai.laconic.v1.FinishReason;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationFinished;
import ai.laconic.v1.GenerationStarted;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.Sampling;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Usage;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "ask",
    description = "Ask a question about a context; the answer streams.",
    mixinStandardHelpOptions = true)
final class AskCommand implements Callable<Integer> {
  @Mixin GatewayOptions gateway = new GatewayOptions();

  @Parameters(index = "0", paramLabel = "CONTEXT", description = "ID, beginning of one, or name.")
  String context = "";

  @Parameters(
      index = "1",
      paramLabel = "QUESTION",
      description = "What to ask; the model reads it after the context.")
  String question = "";

  @Option(
      names = "--segments",
      paramLabel = "SEGMENTS",
      description = "Read only these segments, which follow one another: 3, 3-4 or 3,4.")
  @Nullable SegmentNumbers segments;

  @Option(
      names = "--expand",
      paramLabel = "SEGMENTS",
      description =
          "Read these segments as raw text instead of latents: 3, 3-4 or 3,7-9; may be repeated.")
  List<SegmentNumbers> expand = List.of();

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "Most tokens of the answer; default: 512, or what the decoder is set to.")
  int maxTokens;

  @Option(
      names = "--temperature",
      paramLabel = "X",
      description =
          "From 0 to 2: how far to stray from the most probable tokens; 0, the default, not at"
              + " all.")
  float temperature;

  @Option(
      names = "--top-p",
      defaultValue = "1",
      paramLabel = "X",
      description =
          "Choose among the fewest most probable tokens that add up to this probability; default"
              + " ${DEFAULT-VALUE}, all.")
  float topP;

  @Option(
      names = "--top-k",
      defaultValue = "0",
      paramLabel = "N",
      description = "Choose among so many most probable tokens; default ${DEFAULT-VALUE}, all.")
  int topK;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "With a --temperature: the same seed and question give the same answer; default: a random"
              + " one.")
  @Nullable Long seed;

  @Option(
      names = "--stop",
      paramLabel = "TEXT",
      description = "End before this text would appear; may be repeated.")
  List<String> stop = List.of();

  @Override
  public Integer call() {
    Output output = gateway.output();
    ContextPart.Builder part =
        ContextPart.newBuilder().addAllExpand(SegmentNumbers.all("--expand", expand));
    if (segments != null) {
      part.setRange(segments.range("--segments"));
    }
    try (Connection connection = gateway.connect()) {
      part.setContextId(ContextNames.resolve(connection, output, context));
      Iterator<GenerateResponse> answer = connection.generation().generate(request(part));
      print(output, answer);
    }
    return ExitCode.OK;
  }

  private GenerateRequest request(ContextPart.Builder part) {
    Sampling.Builder sampling =
        Sampling.newBuilder().setTemperature(temperature).setTopP(topP).setTopK(topK);
    if (seed != null) {
      sampling.setSeed(seed);
    }
    return GenerateRequest.newBuilder()
        .addTurns(
            Turn.newBuilder()
                .setRole(Role.ROLE_USER)
                .addParts(Part.newBuilder().setContext(part))
                .addParts(Part.newBuilder().setText("\n" + question)))
        .setMaxTokens(maxTokens)
        .addAllStop(stop)
        .setSampling(sampling)
        .build();
  }

  private static void print(Output output, Iterator<GenerateResponse> answer) {
    StringBuilder text = new StringBuilder();
    GenerationStarted started = GenerationStarted.getDefaultInstance();
    GenerationFinished finished = GenerationFinished.getDefaultInstance();
    while (answer.hasNext()) {
      GenerateResponse event = answer.next();
      switch (event.getEventCase()) {
        case STARTED -> started = event.getStarted();
        case TEXT -> {
          text.append(event.getText());
          if (!output.isJson()) {
            output.text(event.getText());
          }
        }
        case FINISHED -> finished = event.getFinished();
        default -> {}
      }
    }
    if (output.isJson()) {
      output.json(summary(text.toString(), started, finished));
    } else {
      output.line("");
      if (finished.getReason() == FinishReason.FINISH_REASON_LENGTH) {
        output.step(
            "cut off after %s tokens: --max-tokens"
                .formatted(Units.count(finished.getUsage().getGeneratedTokens())));
      }
      output.step(usage(finished.getUsage()));
    }
  }

  private static String usage(Usage usage) {
    String remade =
        usage.getRemadeWindows() == 0
            ? ""
            : "; %s windows made again from the text"
                .formatted(Units.count(usage.getRemadeWindows()));
    return "%s positions of prompt, %s of them latents, %s still held by the decoder; %s tokens%s"
        .formatted(
            Units.count(usage.getPromptPositions()),
            Units.count(usage.getPromptLatents()),
            Units.count(usage.getCachedPositions()),
            Units.count(usage.getGeneratedTokens()),
            remade);
  }

  private static Map<String, Object> summary(
      String text, GenerationStarted started, GenerationFinished finished) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("text", text);
    summary.put("pool", started.getPool());
    summary.put("ratio", started.getRatio());
    summary.put("prompt_positions", finished.getUsage().getPromptPositions());
    summary.put("prompt_latents", finished.getUsage().getPromptLatents());
    summary.put("cached_positions", finished.getUsage().getCachedPositions());
    summary.put("remade_windows", finished.getUsage().getRemadeWindows());
    summary.put("generated_tokens", finished.getUsage().getGeneratedTokens());
    summary.put("finish_reason", finished.getReason().name());
    return summary;
  }
}
