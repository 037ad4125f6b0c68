package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.cli.client.ExitCode;
import ai.laconic.cli.client.Failure;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextFilter;
import ai.laconic.v1.ContextOrder;
import ai.laconic.v1.DeleteContextRequest;
import ai.laconic.v1.DescribeContextRequest;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import ai.laconic.v1.Pin;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "contexts",
    description = "List, show, change and delete contexts.",
    footer = {
      "",
      "BYTES counts a context's latents and its source text, if that is kept, as if it shared none"
          + " with others. Times are in the local zone."
    },
    mixinStandardHelpOptions = true,
    subcommands = UpdateContextCommand.class)
final class ContextsCommand implements Callable<Integer> {
  @Mixin GatewayOptions gateway = new GatewayOptions();

  @Option(names = "--name", paramLabel = "NAME", description = "Only those of this name.")
  @Nullable String name;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      description = "Only those with this label; may be repeated.")
  Map<String, String> labels = Map.of();

  @Option(names = "--since", paramLabel = "AGE", description = "Only those younger, such as 2h.")
  @Nullable Duration since;

  @Option(names = "--before", paramLabel = "AGE", description = "Only those older, such as 7d.")
  @Nullable Duration before;

  @Option(names = "--oldest-first", description = "List the oldest first; default: the newest.")
  boolean oldestFirst;

  @Override
  public Integer call() {
    Output output = gateway.output();
    ListContextsRequest request = request(Instant.now());
    try (Connection connection = gateway.connect()) {
      List<Context> contexts = ContextNames.all(connection, request);
      output.print(
          ListContextsResponse.newBuilder().addAllContexts(contexts).build(),
          () -> print(output, contexts));
    }
    return ExitCode.OK;
  }

  private static void print(Output output, List<Context> contexts) {
    if (contexts.isEmpty()) {
      output.step("no contexts");
    } else {
      ContextTable.all(output, contexts);
    }
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
  private static Timestamp age(Instant now, Duration typed) {
    long seconds = now.getEpochSecond() - typed.toSeconds();
    return Timestamp.newBuilder().setSeconds(Math.max(0, seconds)).build();
  }

  @Command(
      name = "show",
      description = "Show one context with its segments.",
      mixinStandardHelpOptions = true)
  int show(
      @Mixin GatewayOptions options,
      @Parameters(paramLabel = "CONTEXT", description = "ID, beginning of one, or name.")
          String typed) {
    Output output = options.output();
    try (Connection connection = options.connect()) {
      String id = ContextNames.resolve(connection, output, typed);
      Context context = describe(connection, id);
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
      @Parameters(
              paramLabel = "CONTEXT",
              arity = "1..*",
              description = "IDs, beginnings of them, or names.")
          List<String> typed) {
    Output output = options.output();
    try (Connection connection = options.connect()) {
      List<String> ids =
          typed.stream()
              .map(name -> ContextNames.resolve(connection, output, name))
              .distinct()
              .toList();
      for (String id : ids) {
        try {
          connection
              .contexts()
              .deleteContext(DeleteContextRequest.newBuilder().setContextId(id).build());
        } catch (StatusRuntimeException e) {
          Failure failure = pinned(connection, id, e);
          output.failure(failure);
          return failure.exitCode();
        }
      }
      if (output.isJson()) {
        output.json(Map.of("deleted", ids));
      } else {
        ids.forEach(id -> output.line("deleted %s", id));
      }
    }
    return ExitCode.OK;
  }

  /** Says whose pins keep a context, and how to take them away. */
  private static Failure pinned(Connection connection, String id, StatusRuntimeException refused) {
    Failure failure = Failure.of(refused);
    if (refused.getStatus().getCode() != Status.Code.FAILED_PRECONDITION) {
      return failure;
    }
    List<Pin> pins = describe(connection, id).getPinsList();
    if (pins.isEmpty()) {
      return failure;
    }
    String owners =
        pins.stream()
            .map(pin -> pin.getOwner() + " until " + Units.timeToSecond(pin.getExpires()))
            .collect(Collectors.joining(", "));
    String unpin =
        pins.stream()
            .map(pin -> "laconic contexts update " + id + " --unpin " + pin.getOwner())
            .collect(Collectors.joining("; "));
    return new Failure(
        failure.code(),
        "context " + id + ": pinned by " + owners + " (expected: no pin)",
        unpin,
        failure.exitCode());
  }

  private static Context describe(Connection connection, String id) {
    return connection
        .contexts()
        .describeContext(DescribeContextRequest.newBuilder().setContextId(id).build());
  }
}
