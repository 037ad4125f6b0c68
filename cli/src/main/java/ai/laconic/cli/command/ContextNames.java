package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.v1.Context;
import ai.laconic.v1.ContextFilter;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Finds a context by what people type: its ID, its name, or the beginning of its ID. */
final class ContextNames {
  private static final int SHOWN = 3;

  private ContextNames() {}

  /**
   * Returns the ID. A whole ID is taken as it is, without asking. Of several contexts with a name
   * the newest is taken, and {@code output} says so.
   */
  static String resolve(Connection connection, Output output, String typed) {
    if (typed.matches("ctx_[0-9a-f]{32}")) {
      return typed;
    }
    List<Context> named = all(connection, named(typed));
    if (named.isEmpty()) {
      return byBeginning(connection, typed);
    }
    Context newest = named.get(0);
    if (named.size() > 1) {
      output.step(
          "%s is the newest of %d contexts named %s"
              .formatted(newest.getId(), named.size(), typed));
    }
    return newest.getId();
  }

  private static ListContextsRequest named(String name) {
    return ListContextsRequest.newBuilder()
        .setFilter(ContextFilter.newBuilder().setName(name))
        .build();
  }

  private static String byBeginning(Connection connection, String typed) {
    List<String> found =
        typed.startsWith("ctx_")
            ? all(connection, ListContextsRequest.getDefaultInstance()).stream()
                .map(Context::getId)
                .filter(id -> id.startsWith(typed))
                .toList()
            : List.of();
    if (found.isEmpty()) {
      throw Status.NOT_FOUND
          .withDescription(
              "context: " + typed + " (expected: an ID, the beginning of one, or a name)")
          .asRuntimeException();
    }
    if (found.size() > 1) {
      throw Status.INVALID_ARGUMENT
          .withDescription(
              "context: " + typed + " (expected: one context; it may be " + some(found) + ")")
          .asRuntimeException();
    }
    return found.get(0);
  }

  private static String some(List<String> found) {
    String shown = found.stream().limit(SHOWN).collect(Collectors.joining(", "));
    return found.size() > SHOWN
        ? shown + ", or one of " + (found.size() - SHOWN) + " more"
        : shown.replaceFirst(", (?=[^,]*$)", " or ");
  }

  /** Returns all contexts of the tenant that pass the request's filter, in its order. */
  static List<Context> all(Connection connection, ListContextsRequest request) {
    List<Context> contexts = new ArrayList<>();
    String page = "";
    do {
      ListContextsResponse answer =
          connection.contexts().listContexts(request.toBuilder().setPageToken(page).build());
      contexts.addAll(answer.getContextsList());
      page = answer.getNextPageToken();
    } while (!page.isEmpty());
    return contexts;
  }
}
