package ai.laconic.cli.command;

import ai.laconic.cli.client.Connection;
import ai.laconic.v1.Context;
import ai.laconic.v1.ListContextsRequest;
import ai.laconic.v1.ListContextsResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Finds a context by what people type: its ID, the beginning of it, or its name. */
final class ContextNames {
  private static final int SHOWN = 3;

  private ContextNames() {}

  /** Returns the ID. A whole ID is taken as it is, without asking. */
  static String resolve(Connection connection, String typed) {
    if (typed.matches("ctx_[0-9a-f]{32}")) {
      return typed;
    }
    List<String> found =
        all(connection).stream()
            .filter(
                context ->
                    context.getName().equals(typed)
                        || (typed.startsWith("ctx_") && context.getId().startsWith(typed)))
            .map(Context::getId)
            .toList();
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

  /** Returns all contexts of the tenant, newest first. */
  static List<Context> all(Connection connection) {
    List<Context> contexts = new ArrayList<>();
    String page = "";
    do {
      ListContextsResponse answer =
          connection
              .contexts()
              .listContexts(ListContextsRequest.newBuilder().setPageToken(page).build());
      contexts.addAll(answer.getContextsList());
      page = answer.getNextPageToken();
    } while (!page.isEmpty());
    return contexts;
  }
}
