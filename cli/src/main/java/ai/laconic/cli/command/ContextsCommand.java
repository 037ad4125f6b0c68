package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextFilter;
import ai.laconic.v1.ContextOrder;
import ai.laconic.v1.DeleteContextRequest;
import ai.laconic.v1.DescribeContextRequest;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "contexts",
    description = "List, show, change and delete contexts.",
    mixinStandardHelpOptions = true,
    subcommands = UpdateContextCommand.class)
final class ContextsCommand implements Callable<Integer> {
  @Mixin GatewayOptions gateway = new GatewayOptions();

  @Option(names = "--name", description = "Only those of this name.")
  @Nullable String name;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "Only those with this label; may be repeated.")
  Map<String, String> labels = Map.of();

  @Option(names = "--since", paramLabel = "AGE", description = "Only those younger, such as 2h.")
  @Nullable String since;

  @Option(names = "--before", paramLabel = "AGE", description = "Only those older, such as 7d.")
  @Nullable String before;

  @Option(names = "--oldest-first", description = "The other way round.")
  boolean oldestFirst;

  @Override
  public Integer call() {
    Output output = gateway.output();
    ListContextsRequest request = request(Instant.now());
    try (Connection connection = gateway.connect()) {
      List<Context> contexts = ContextNames.all(connection, request);
      output.print(
          ListContextsResponse.newBuilder().addAllContexts(contexts).build(),
          () -> ContextTable.all(output, contexts));
    }
    return ExitCode.OK;
  }

  private ListContextsRequest request(Instant now) {
    ContextFilter.Builder filter = ContextFilter.newBuilder().putAllLabels(labels);
    if (name != null) {
      filter.setName(name);
    }
    if (since != null) {
      filter.setCreatedAfter(age(now, since));
    }
    if (before != null) {
      filter.setCreatedBefore(age(now, before));
    }
    return ListContextsRequest.newBuilder()
        .setFilter(filter)
        .setOrder(
            oldestFirst
                ? ContextOrder.CONTEXT_ORDER_OLDEST_FIRST
                : ContextOrder.CONTEXT_ORDER_NEWEST_FIRST)
        .build();
  }

  /** Nothing is older than time itself, as computers count it. */
  private static Timestamp age(Instant now, String typed) {
    long seconds = now.getEpochSecond() - Units.duration(typed).toSeconds();
    return Timestamp.newBuilder().setSeconds(Math.max(0, seconds)).build();
  }

  @Command(
      name = "show",
      description = "Show one context with its segments.",
      mixinStandardHelpOptions = true)
  int show(@Mixin GatewayOptions options, @Parameters(paramLabel = "CONTEXT") String typed) {
    Output output = options.output();
    try (Connection connection = options.connect()) {
      String id = ContextNames.resolve(connection, output, typed);
      Context context =
          connection
              .contexts()
              .describeContext(DescribeContextRequest.newBuilder().setContextId(id).build());
      output.print(context, () -> ContextTable.one(output, context));
    }
    return ExitCode.OK;
  }

  @Command(
      name = "delete",
      description = "Erase contexts, their source text, and latents that nothing else uses.",
      mixinStandardHelpOptions = true)
  int delete(
      @Mixin GatewayOptions options,
      @Parameters(paramLabel = "CONTEXT", arity = "1..*") List<String> typed) {
    Output output = options.output();
    try (Connection connection = options.connect()) {
      List<String> ids =
          typed.stream()
              .map(name -> ContextNames.resolve(connection, output, name))
              .distinct()
              .toList();
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
