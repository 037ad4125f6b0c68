package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.v1.Context;
import ai.laconic.v1.DeleteContextRequest;
import ai.laconic.v1.DescribeContextRequest;
import ai.laconic.v1.ListContextsResponse;
import ai.laconic.v1.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "contexts",
    description = "List, show and delete contexts.",
    mixinStandardHelpOptions = true)
final class ContextsCommand implements Callable<Integer> {
  @Mixin GatewayOptions gateway = new GatewayOptions();

  @Override
  public Integer call() {
    Output output = gateway.output();
    try (Connection connection = gateway.connect()) {
      List<Context> contexts = ContextNames.all(connection);
      output.print(
          ListContextsResponse.newBuilder().addAllContexts(contexts).build(),
          () -> printAll(output, contexts));
    }
    return ExitCode.OK;
  }

  private static void printAll(Output output, List<Context> contexts) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of("CONTEXT", "NAME", "MODEL", "RATIO", "TOKENS", "LATENTS", "SEGMENTS", "UNTIL"));
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
              Units.time(context.getExpires())));
    }
    output.table(rows);
  }

  @Command(
      name = "show",
      description = "Show one context with its segments.",
      mixinStandardHelpOptions = true)
  int show(@Mixin GatewayOptions options, @Parameters(paramLabel = "CONTEXT") String typed) {
    Output output = options.output();
    try (Connection connection = options.connect()) {
      String id = ContextNames.resolve(connection, typed);
      Context context =
          connection
              .contexts()
              .describeContext(DescribeContextRequest.newBuilder().setContextId(id).build());
      output.print(context, () -> printOne(output, context));
    }
    return ExitCode.OK;
  }

  private static void printOne(Output output, Context context) {
    printAll(output, List.of(context));
    output.line("");
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("SEGMENT", "TOKENS", "LATENTS", "BYTES", "LATENT ID"));
    int index = 0;
    for (Segment segment : context.getSegmentsList()) {
      rows.add(
          List.of(
              Integer.toString(index++),
              Units.count(segment.getTokens()),
              Units.count(segment.getLatent().getLatents()),
              Units.count(segment.getTextBytes()),
              segment.getLatent().getLatentId().substring(0, 16)));
    }
    output.table(rows);
  }

  @Command(
      name = "delete",
      description = "Forget contexts and their source text.",
      mixinStandardHelpOptions = true)
  int delete(
      @Mixin GatewayOptions options,
      @Parameters(paramLabel = "CONTEXT", arity = "1..*") List<String> typed) {
    Output output = options.output();
    try (Connection connection = options.connect()) {
      List<String> ids =
          typed.stream().map(name -> ContextNames.resolve(connection, name)).distinct().toList();
      for (String id : ids) {
        connection
            .contexts()
            .deleteContext(DeleteContextRequest.newBuilder().setContextId(id).build());
      }
      if (output.isJson()) {
        output.json(Map.of("deleted", ids));
      } else {
        ids.forEach(id -> output.line("deleted %s", id));
      }
    }
    return ExitCode.OK;
  }
}
