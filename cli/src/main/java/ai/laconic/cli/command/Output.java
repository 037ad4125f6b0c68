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

  /** Whether a person sees at once what is printed: the launcher knows, where it was used. */
  private final boolean terminal =
      Boolean.parseBoolean(
          System.getProperty("laconic.terminal", Boolean.toString(System.console() != null)));

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
      document(
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
    document(
        JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(value));
  }

  private void document(String json) {
    out.println(json);
    out.flush();
  }

  /** Prints one line, whatever its parts are. */
  void line(String format, Object... arguments) {
    String line = arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments);
    out.println(Printable.line(line));
    out.flush();
  }

  /** Prints text now: byte for byte, but for what would act on a terminal. */
  void text(String text) {
    out.print(terminal ? Printable.text(text) : text);
    out.flush();
  }

  /** Says on the standard error what comes next, or what it took: it is no part of the output. */
  void step(String what) {
    err.println(". " + Printable.line(what));
    err.flush();
  }

  /** Prints rows in columns; the first row is the heading. */
  void table(List<List<String>> cells) {
    table(cells, false);
  }

  /** Prints rows as above, all columns but the first flush right. */
  void numbers(List<List<String>> cells) {
    table(cells, true);
  }

  private void table(List<List<String>> cells, boolean flushRight) {
    List<List<String>> rows =
        cells.stream().map(row -> row.stream().map(Printable::line).toList()).toList();
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      List<String> padded = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        String cell = row.get(i);
        String space = " ".repeat(widths[i] - cell.length());
        padded.add(flushRight && i > 0 ? space + cell : cell + space);
      }
      out.println(String.join("  ", padded).stripTrailing());
    }
    out.flush();
  }

  void failure(Failure failure) {
    if (json) {
      Map<String, Object> error =
          Map.of("code", failure.code(), "message", failure.message(), "hint", failure.hint());
      json(Map.of("error", error));
    } else {
      err.println("error: " + Printable.line(failure.message()));
      if (!failure.hint().isEmpty()) {
        err.println("       " + Printable.line(failure.hint()));
      }
      err.flush();
    }
  }
}
