package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.v1.ExpandSegmentsRequest;
import ai.laconic.v1.SegmentText;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "expand",
    description = "Print the source text of segments, byte for byte.",
    mixinStandardHelpOptions = true)
final class ExpandCommand implements Callable<Integer> {
  @Mixin GatewayOptions gateway = new GatewayOptions();

  @Parameters(index = "0", paramLabel = "CONTEXT", description = "ID, beginning of one, or name.")
  String context = "";

  @Parameters(
      index = "1..*",
      paramLabel = "SEGMENT",
      arity = "1..*",
      description = "Numbers from 0, or ranges: 3, 3-4 or 3,7-9.")
  List<SegmentNumbers> segments = List.of();

  @Override
  public Integer call() {
    Output output = gateway.output();
    List<Integer> wanted = SegmentNumbers.all("SEGMENT", segments);
    try (Connection connection = gateway.connect()) {
      String id = ContextNames.resolve(connection, output, context);
      Iterator<SegmentText> texts =
          connection
              .expansions()
              .expandSegments(
                  ExpandSegmentsRequest.newBuilder()
                      .setContextId(id)
                      .addAllSegments(wanted)
                      .build());
      List<Map<String, Object>> all = new ArrayList<>();
      while (texts.hasNext()) {
        SegmentText text = texts.next();
        if (output.isJson()) {
          all.add(Map.of("index", text.getIndex(), "text", text.getText()));
        } else {
          output.text(text.getText());
        }
      }
      if (output.isJson()) {
        output.json(Map.of("context", id, "segments", all));
      }
    }
    return ExitCode.OK;
  }
}
