package ai.laconic.cli.command;

import ai.laconic.v1.Context;
import ai.laconic.v1.Expiration;
import ai.laconic.v1.Pin;
import ai.laconic.v1.Segment;
import ai.laconic.v1.Sharing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Contexts as people read them. */
final class ContextTable {
  private ContextTable() {}

  static void all(Output output, List<Context> contexts) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "CONTEXT",
            "NAME",
            "MODEL",
            "RATIO",
            "TOKENS",
            "LATENTS",
            "SEGMENTS",
            "BYTES",
            "CREATED",
            "UNTIL",
            "LABELS",
            "PINS"));
    for (Context context : contexts) {
      rows.add(
          List.of(
              context.getId(),
              context.getName(),
              context.getModel(),
              context.getRatio() + "x",
              Units.count(context.getTokens()),
              Units.count(context.getLatents()),
              Units.count(context.getSegmentCount()),
              Units.bytes(bytes(context)),
              Units.time(context.getCreated()),
              Units.time(context.getExpires()),
              labels(context),
              context.getPinsList().stream().map(Pin::getOwner).collect(Collectors.joining(", "))));
    }
    output.table(rows);
  }

  private static String labels(Context context) {
    return new TreeMap<>(context.getLabelsMap())
        .entrySet().stream()
            .map(label -> label.getKey() + "=" + label.getValue())
            .collect(Collectors.joining(", "));
  }

  /** What it takes in the cache, as far as it shares nothing. */
  private static long bytes(Context context) {
    return context.getBlockBytes() + (context.getSourceKept() ? context.getTextBytes() : 0);
  }

  static void one(Output output, Context context) {
    all(output, List.of(context));
    output.line("");
    life(output, context);
    output.line("");
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("SEGMENT", "SPAN", "TOKENS", "LATENTS", "TEXT BYTES", "LATENT ID"));
    int index = 0;
    for (Segment segment : context.getSegmentsList()) {
      rows.add(
          List.of(
              Integer.toString(index++),
              Integer.toString(segment.getSpan()),
              Units.count(segment.getTokens()),
              Units.count(segment.getLatent().getLatents()),
              Units.count(segment.getTextBytes()),
              segment.getLatent().getLatentId().substring(0, 16)));
    }
    output.table(rows);
  }

  private static void life(Output output, Context context) {
    if (!context.getParentId().isEmpty()) {
      output.line("appended to %s", context.getParentId());
    }
    output.line(
        "made %s, kept until %s%s",
        Units.time(context.getCreated()),
        Units.time(context.getExpires()),
        context.getExpiration() == Expiration.EXPIRATION_SLIDING
            ? ", longer each time it is read"
            : "");
    output.line(
        "latents %s, source text %s",
        context.getSharing() == Sharing.SHARING_PUBLIC ? "public" : "private",
        context.getSourceKept() ? "kept" : "not kept");
    for (Map.Entry<String, String> label : new TreeMap<>(context.getLabelsMap()).entrySet()) {
      output.line("label %s=%s", label.getKey(), label.getValue());
    }
    for (Pin pin : context.getPinsList()) {
      output.line("pinned by %s until %s", pin.getOwner(), Units.time(pin.getExpires()));
    }
  }
}
