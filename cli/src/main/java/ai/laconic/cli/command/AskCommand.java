package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.v1.ContextPart;
import ai.laconic.v1.GenerateRequest;
import ai.laconic.v1.GenerateResponse;
import ai.laconic.v1.GenerationFinished;
import ai.laconic.v1.GenerationStarted;
import ai.laconic.v1.Part;
import ai.laconic.v1.Role;
import ai.laconic.v1.Sampling;
import ai.laconic.v1.SegmentRange;
import ai.laconic.v1.Turn;
import ai.laconic.v1.Usage;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final Pattern RANGE = Pattern.compile("(\\d{1,10})-(\\d{1,10})");

  @Mixin GatewayOptions gateway = new GatewayOptions();

  @Parameters(index = "0", paramLabel = "CONTEXT", description = "ID, beginning of one, or name.")
  String context = "";

  @Parameters(index = "1", paramLabel = "QUESTION")
  String question = "";

  @Option(
      names = "--segments",
      paramLabel = "FIRST-LAST",
      description = "Read only these segments, such as 0-7.")
  @Nullable String segments;

  @Option(
      names = "--expand",
      split = ",",
      paramLabel = "SEGMENT",
      description = "Read these segments as raw text instead of latents, such as 3,4.")
  List<Integer> expand = List.of();

  @Option(names = "--max-tokens", description = "Most tokens of the answer.")
  int maxTokens;

  @Option(names = "--temperature", description = "0 is greedy, the default.")
  float temperature;

  @Option(names = "--top-p", defaultValue = "1")
  float topP;

  @Option(names = "--top-k", defaultValue = "0")
  int topK;

  @Option(names = "--seed")
  @Nullable Long seed;

  @Option(names = "--stop", description = "End before this text would appear; may be repeated.")
  List<String> stop = List.of();

  @Override
  public Integer call() {
    Output output = gateway.output();
    ContextPart.Builder part = ContextPart.newBuilder().addAllExpand(expand);
    if (segments != null) {
      part.setRange(range(segments));
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

  private static SegmentRange range(String typed) {
    Matcher matcher = RANGE.matcher(typed);
    if (matcher.matches()) {
      long first = Long.parseLong(matcher.group(1));
      long last = Long.parseLong(matcher.group(2));
      if (first <= last && last < Integer.MAX_VALUE) {
        return SegmentRange.newBuilder().setFirst((int) first).setEnd((int) last + 1).build();
      }
    }
    throw new IllegalArgumentException(
        "--segments: "
            + typed
            + " (expected: FIRST-LAST with FIRST at most LAST, such as 0-7; LAST below"
            + " 2147483647)");
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
