package ai.laconic.cli.command;

import ai.laconic.cli.client.Failure;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Prints for a person or, with {@code --json}, one object for a machine. */
final class Output {
  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;

  Output(PrintWriter out, PrintWriter err, boolean json) {
    this.out = out;
    this.err = err;
    this.json = json;
  }

  boolean isJson() {
    return json;
  }

  /** Prints a message of the API as JSON, or else what {@code human} prints. */
  void print(MessageOrBuilder message, Runnable human) {
    if (!json) {
      human.run();
      out.flush();
      return;
    }
    try {
      line(
          JsonFormat.printer()
              .alwaysPrintFieldsWithNoPresence()
              .preservingProtoFieldNames()
              .print(message));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(message.getDescriptorForType().getFullName(), e);
    }
  }

  /** Prints any object as JSON. */
  void json(Object value) {
    line(JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(value));
  }

  void line(String format, Object... arguments) {
    out.println(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
    out.flush();
  }

  /** Prints text as it is, now. */
  void text(String text) {
    out.print(text);
    out.flush();
  }

  /** Says on the standard error what comes next, as JSON or not: it is no part of the output. */
  void step(String what) {
    err.println(". " + what);
    err.flush();
  }

  /** Prints rows in columns; the first row is the heading. */
  void table(List<List<String>> rows) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      List<String> cells = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        cells.add(row.get(i) + " ".repeat(widths[i] - row.get(i).length()));
      }
      out.println(String.join("  ", cells).stripTrailing());
    }
    out.flush();
  }

  void failure(Failure failure) {
    if (json) {
      Map<String, Object> error =
          Map.of("code", failure.code(), "message", failure.message(), "hint", failure.hint());
      json(Map.of("error", error));
    } else {
      err.println("error: " + failure.message());
      if (!failure.hint().isEmpty()) {
        err.println("       " + failure.hint());
      }
      err.flush();
    }
  }
}
